import { create } from 'zustand';

/** `unknown` until the daemon was asked; `signed_out` also after the daemon refused a cookie that once worked. */
export type SessionState = 'unknown' | 'signed_in' | 'signed_out';

interface Session {
  state: SessionState;
  /** Why the last attempt to sign in failed, as a sentence. */
  problem: string | null;
}

export const useSession = create<Session>(() => ({ state: 'unknown', problem: null }));
