'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { canRetry } from './api-error.ts';
import { useReconnect } from './socket.ts';

/** react-query for every screen: events keep its cache fresh, so nothing is fetched again just by looking. */
export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: {
            networkMode: 'always',
            refetchOnWindowFocus: false,
            staleTime: 30_000,
            retry: (failures, error) => failures < 3 && canRetry(error),
          },
          mutations: { networkMode: 'always' },
        },
      }),
  );
  useReconnect(() => void client.invalidateQueries());
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
