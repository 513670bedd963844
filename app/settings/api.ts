import { hc } from 'hono/client';
import { API, apiFetch, apiOptions } from '#app/_client/api.ts';
import { disconnect, reconnect } from '#app/_client/socket.ts';
import type { SettingsApi } from '#server/features/settings/contract.ts';

export const settingsApi = hc<SettingsApi>(API, apiOptions).settings;

/** Another one-time sign-in link, for another browser. */
export async function createLink(): Promise<string> {
  const body: unknown = await (await apiFetch(`${API}/auth/links`, { method: 'POST' })).json();
  if (typeof body === 'object' && body !== null && 'link' in body && typeof body.link === 'string')
    return body.link;
  throw new Error('The daemon made no link.');
}

/** Ends every other sign-in and every link; this browser stays. */
export async function rotate(): Promise<void> {
  // The daemon ends every socket before this browser has its fresh cookie.
  await disconnect();
  await apiFetch(`${API}/auth/rotate`, { method: 'POST' }).finally(reconnect);
}
