import { useState } from 'react';

/** Whether `open` was ever true: a popup is fetched when it is first opened, and stays to fade out. */
export function useOnce(open: boolean): boolean {
  const [seen, setSeen] = useState(open);
  if (open && !seen) setSeen(true);
  return open || seen;
}
