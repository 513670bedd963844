import type { ReactNode } from 'react';
import { Tooltip } from '#app/_ui/tooltip.tsx';

/** A word in a frame; `meaning` explains it on hover. */
export function Pill({ meaning, children }: { meaning?: string; children: ReactNode }) {
  const pill = (
    <span className="shrink-0 rounded-full border border-line bg-sunken px-2 py-px text-tiny whitespace-nowrap text-ink-2">
      {children}
    </span>
  );
  return meaning === undefined ? pill : <Tooltip text={meaning}>{pill}</Tooltip>;
}
