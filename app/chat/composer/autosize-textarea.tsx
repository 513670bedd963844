'use client';

import { type ComponentProps, useImperativeHandle, useLayoutEffect, useRef } from 'react';
import { classes } from '#app/_ui/classes.ts';

/** A text area as high as its text; limit it with a `max-h-*` class. */
export function AutosizeTextarea({ ref, className, ...rest }: ComponentProps<'textarea'>) {
  const field = useRef<HTMLTextAreaElement>(null);
  useImperativeHandle(ref, () => field.current ?? document.createElement('textarea'), []);
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [rest.value]); // oxlint-disable-line react/exhaustive-effect-dependencies -- the height follows the text
  return (
    <textarea
      ref={field}
      rows={1}
      dir="auto"
      className={classes(
        'block w-full resize-none bg-transparent text-reading outline-none placeholder:text-ink-3',
        className,
      )}
      {...rest}
    />
  );
}
