'use client';

import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import { Kbd } from './kbd.tsx';

interface Payload {
  text: ReactNode;
  keys: string | undefined;
}

// One popup for the whole page: a thread holds hundreds of triggers.
const handle = Base.createHandle<Payload>();

interface TooltipProps {
  text: ReactNode;
  keys?: string | undefined;
  /** One element that takes a ref and the usual handlers. */
  children: ReactElement;
}

/** Says in a few words what its child is or does. The child needs a name of its own: a tooltip is not read out. */
export function Tooltip({ text, keys, children }: TooltipProps) {
  return <Base.Trigger handle={handle} payload={{ text, keys }} render={children} />;
}

/** Mounted once by the shell. */
export function TooltipLayer() {
  return (
    <Base.Provider delay={450} closeDelay={0} timeout={300}>
      <Base.Root handle={handle}>
        {({ payload }) => (
          <Base.Portal>
            <Base.Positioner sideOffset={6} collisionPadding={8} className="z-50">
              <Base.Popup className="fades flex max-w-72 items-center gap-2 rounded-control bg-ink px-2 py-1 text-tiny text-bg shadow-card">
                <span className="min-w-0 text-pretty">{payload?.text}</span>
                {payload?.keys !== undefined && <Kbd keys={payload.keys} inverted />}
              </Base.Popup>
            </Base.Positioner>
          </Base.Portal>
        )}
      </Base.Root>
    </Base.Provider>
  );
}
