import { create } from 'zustand';

/** The workspace whose index state is open, also before its screen is there. */
export const useIndexShown = create<{ id: string | null }>(() => ({ id: null }));
