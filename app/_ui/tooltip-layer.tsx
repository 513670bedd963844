'use client';

import { Tooltip as Base } from '@base-ui/react/tooltip';
import { useEffect, useState } from 'react';
import { Kbd } from './kbd.tsx';

/** Milliseconds over an element before its tooltip shows; none right after another one. */
const DELAY = 450;
const WARM = 300;

interface Tip {
  anchor: HTMLElement;
  text: string;
  keys: string | undefined;
}

/** Shows the `Tooltip` of whatever is hovered or reached by keyboard. Mounted once, after the first paint. */
export function TooltipLayer() {
  const [tip, setTip] = useState<Tip | null>(null);
  useEffect(() => watch(setTip), []);
  return (
    <Base.Root open={tip !== null} onOpenChange={(open) => !open && setTip(null)}>
      <Base.Portal>
        <Base.Positioner
          anchor={tip?.anchor ?? null}
          sideOffset={6}
          collisionPadding={8}
          className="pointer-events-none z-50"
        >
          <Base.Popup className="fades flex max-w-72 items-center gap-2 rounded-control bg-ink px-2 py-1 text-tiny text-bg shadow-card">
            <span className="min-w-0 whitespace-pre-line text-pretty">{tip?.text}</span>
            {tip?.keys !== undefined && <Kbd keys={tip.keys} inverted />}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

function watch(show: (tip: Tip | null) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: HTMLElement | null = null;
  let hiddenAt = Number.NEGATIVE_INFINITY;
  let tabbed = false;
  const hide = () => {
    clearTimeout(timer);
    if (shown !== null) hiddenAt = performance.now();
    shown = null;
    show(null);
  };
  const open = (anchor: HTMLElement) => {
    if (!anchor.isConnected) return;
    shown = anchor;
    show({ anchor, text: anchor.dataset['tip'] ?? '', keys: anchor.dataset['tipKeys'] });
  };
  const over = (event: PointerEvent) => {
    const anchor = find(event.target);
    if (event.pointerType === 'touch' || anchor === shown) return;
    hide();
    if (anchor === null) return;
    timer = setTimeout(() => open(anchor), performance.now() - hiddenAt < WARM ? 0 : DELAY);
  };
  const focus = (event: FocusEvent) => {
    // Focus that a dialog moved by itself is not a question.
    const anchor = tabbed ? find(event.target) : null;
    if (anchor?.matches(':focus-visible')) open(anchor);
  };
  const key = (event: KeyboardEvent) => {
    tabbed = event.key === 'Tab';
    hide();
  };
  const stop = new AbortController();
  const options = { signal: stop.signal, passive: true };
  document.addEventListener('pointerover', over, options);
  document.addEventListener('focusin', focus, options);
  document.addEventListener('keydown', key, { ...options, capture: true });
  for (const event of ['focusout', 'pointerdown', 'wheel']) document.addEventListener(event, hide, options);
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

function find(target: EventTarget | null): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;
}
