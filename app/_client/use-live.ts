'use client';

import { useCallback, useSyncExternalStore } from 'react';
import type { LiveStore, LiveText } from './live.ts';

/** The live text of one message; undefined when it is not running as far as this tab knows. */
export function useLive<State>(store: LiveStore<State>, id: string): LiveText<State> | undefined {
  const subscribe = useCallback((listener: () => void) => store.subscribe(id, listener), [store, id]);
  const read = useCallback(() => store.get(id), [store, id]);
  return useSyncExternalStore(subscribe, read, () => undefined);
}
