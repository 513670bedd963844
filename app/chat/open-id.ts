'use client';

import type { useRouter } from 'next/navigation';
import { usePathname, useSearchParams } from 'next/navigation';
import { useShellState } from '#app/_shell/shell-state.ts';

type Router = ReturnType<typeof useRouter>;

/** The address of a conversation. */
export const addressOf = (id: string) => `/chat?id=${id}`;

/** The conversation in the address; null on every other screen and for one that is yet to be begun. */
export function useOpenId(): string | null {
  const path = usePathname();
  const id = useSearchParams().get('id');
  return path === '/' || path === '/chat' ? id : null;
}

/** Goes to an empty conversation, which exists once something is sent. */
export function newConversation(router: Router): void {
  useShellState.setState({ sidebarSheet: false });
  router.push('/');
  focusComposer();
}

/** Names the conversation that has just begun in the address, without leaving the screen that shows it. */
export function nameInAddress(id: string): void {
  history.pushState(null, '', addressOf(id));
}

export function focusComposer(): void {
  requestAnimationFrame(() => document.getElementById('composer')?.focus());
}
