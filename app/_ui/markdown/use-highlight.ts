'use client';

import { useEffect, useState } from 'react';
import { highlight } from './highlight.ts';
import { grammarOf } from './languages.ts';

export type Tokens = readonly (readonly number[])[];

/** The tokens of each group, as they come from the highlighter; nothing while the fence is open or has no grammar. */
export function useHighlight(
  language: string,
  groups: readonly string[],
  open: boolean,
): (Tokens | undefined)[] | null {
  const [result, setResult] = useState<{ of: readonly string[]; lines: (Tokens | undefined)[] } | null>(null);
  useEffect(() => {
    const grammar = open ? null : grammarOf(language);
    if (grammar === null) return;
    let lines: (Tokens | undefined)[] = [];
    let frame = 0;
    const stop = highlight(grammar, groups, (group, tokens) => {
      lines = [...lines];
      lines[group] = tokens;
      // Groups come faster than frames; one render for all that came.
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        setResult({ of: groups, lines });
      });
    });
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [language, groups, open]);
  return result?.of === groups ? result.lines : null;
}
