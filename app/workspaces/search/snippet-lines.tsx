'use client';

import { useMemo } from 'react';
import '#app/_ui/markdown/markdown.css';
import { TOKEN_CLASSES } from '#app/_ui/markdown/token-classes.ts';
import { useHighlight } from '#app/_ui/markdown/use-highlight.ts';
import type { Snippet } from '#server/features/retrieval/search/contract.ts';
import { runsOf } from './snippet-runs.ts';

/** Names of the index that the highlighter calls otherwise. */
const GRAMMARS: Record<string, string> = { c_sharp: 'csharp', objc: 'objective-c', make: 'make' };
const MOST_LINES = 8;

interface SnippetLinesProps {
  snippet: Snippet;
  language: string | null;
}

/** A few lines of a file: plain at once, in colours when they are ready, with what was found marked. */
export function SnippetLines({ snippet, language }: SnippetLinesProps) {
  const lines = useMemo(() => outdent(snippet), [snippet]);
  const groups = useMemo(() => [lines.map(({ text }) => text).join('\n')], [lines]);
  const grammar = language === null ? '' : (GRAMMARS[language] ?? language);
  const tokens = useHighlight(grammar, groups, language === null)?.[0];
  return (
    <code className="block overflow-hidden text-small leading-[20px]">
      {lines.map(({ text, line, highlights }, index) => (
        <span key={line} className="block truncate whitespace-pre text-ink-2">
          {runsOf(text, tokens?.[index] ?? [], highlights).map(({ text: piece, color, marked }, at) => {
            const key = `${at} ${piece}`;
            if (marked)
              return (
                <mark key={key} className="rounded-key bg-accent-soft px-px text-accent">
                  {piece}
                </mark>
              );
            return (
              <span key={key} className={TOKEN_CLASSES[color]}>
                {piece}
              </span>
            );
          })}
          {text === '' && ' '}
        </span>
      ))}
    </code>
  );
}

interface ShownLine {
  line: number;
  text: string;
  highlights: { from: number; to: number }[];
}

/** Takes away what all lines are set in by, so that a deep method does not begin at the right edge. */
function outdent({ line: first, text, highlights }: Snippet): ShownLine[] {
  const lines = text.split('\n').slice(0, MOST_LINES);
  const filled = lines.filter((line) => line.trim() !== '');
  const cut = Math.min(...filled.map((line) => line.length - line.trimStart().length), 400);
  const same = filled.every((line) => line.slice(0, cut) === filled[0]?.slice(0, cut)) ? cut : 0;
  return lines.map((text, index) => ({
    line: first + index,
    text: text.slice(same),
    highlights: highlights
      .filter(({ line }) => line === first + index)
      .map(({ from, to }) => ({ from: from - same, to: to - same })),
  }));
}
