'use client';

import { Toaster as Base } from 'sonner';

/** Where `notify` speaks. The colours are the look's own; the theme is the page's. */
export function Toaster() {
  return (
    <Base
      position="bottom-right"
      style={{ fontFamily: 'inherit' }}
      closeButton
      gap={8}
      offset={16}
      mobileOffset={12}
      hotkey={['altKey', 'KeyT']}
      toastOptions={{
        unstyled: true,
        classNames: {
          toast:
            'flex w-[min(356px,calc(100vw-24px))] items-start gap-3 rounded-card border border-line bg-surface px-3.5 py-3 text-small text-ink shadow-raised',
          content: 'min-w-0 flex-1',
          title: 'font-medium break-words text-pretty',
          description: 'mt-0.5 text-tiny text-ink-2 break-words',
          icon: 'mt-px text-bad',
          actionButton:
            'shrink-0 rounded-control border border-line px-2.5 h-7 text-small font-medium hover:border-line-strong',
          closeButton:
            'order-last shrink-0 -mr-1 size-7 inline-flex items-center justify-center text-ink-3 hover:text-ink rounded-control',
        },
      }}
    />
  );
}
