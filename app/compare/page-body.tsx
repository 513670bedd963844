import type { ReactNode } from 'react';
import { classes } from '#app/_ui/classes.ts';

/** The scrolling middle of a screen of this room. */
export function PageBody({ narrow = false, children }: { narrow?: boolean; children: ReactNode }) {
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <div
        className={classes(
          'mx-auto flex w-full flex-col gap-4 px-3 py-4 md:px-6 md:py-5',
          narrow ? 'max-w-3xl' : 'max-w-[1400px]',
        )}
      >
        {children}
      </div>
    </div>
  );
}
