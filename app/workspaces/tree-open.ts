import { create } from 'zustand';

const KEY = 'mlx-code.files-open';

/** Whether the column of files is shown; this browser remembers it. */
export const useTreeOpen = create<{ open: boolean }>(() => ({ open: true }));

export function recallTreeOpen(): void {
  useTreeOpen.setState({ open: localStorage.getItem(KEY) !== 'no' });
}

export function toggleTree(): void {
  useTreeOpen.setState(({ open }) => ({ open: !open }));
  localStorage.setItem(KEY, useTreeOpen.getState().open ? 'yes' : 'no');
}
