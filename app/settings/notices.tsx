'use client';

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { TriangleAlert, X } from 'lucide-react';
import { useTopic } from '#app/_client/socket.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { notifyError } from '#app/_ui/toast.ts';
import type { SettingsEvents } from '#server/features/settings/contract.ts';
import { settingsApi } from './api.ts';

const STATE = ['settings', 'state'];

/** What happened to a person's data, above every screen until it is dismissed. */
export function Notices() {
  const client = useQueryClient();
  const { data } = useDaemonState();
  useTopic<Pick<SettingsEvents, 'settings.notices'>>('settings', {
    'settings.notices': () => void client.invalidateQueries({ queryKey: STATE }),
  });
  const dismiss = useMutation({
    mutationFn: async (id: string) =>
      (await settingsApi.notices[':id'].dismiss.$post({ param: { id } })).json(),
    onSuccess: () => client.invalidateQueries({ queryKey: STATE }),
    onError: notifyError,
  });
  return (data?.notices ?? []).map((notice) => (
    <div
      key={notice.id}
      role="alert"
      className="flex items-center gap-2.5 border-b border-line bg-bad-soft px-4 py-1.5"
    >
      <TriangleAlert size={16} aria-hidden="true" className="text-bad" />
      <p className="min-w-0 flex-1 text-small text-pretty">{notice.message}</p>
      <IconButton icon={X} label="Dismiss" size="small" onClick={() => dismiss.mutate(notice.id)} />
    </div>
  ));
}

/** The daemon behind this tab: its folder, sizes, and notices. */
export function useDaemonState() {
  return useQuery({ queryKey: STATE, queryFn: async () => (await settingsApi.state.$get()).json() });
}
