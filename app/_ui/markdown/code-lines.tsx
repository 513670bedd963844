'use client';

import { memo, type ReactNode, useEffect, useRef, useState } from 'react';
import { TOKEN_CLASSES } from './token-classes.ts';
import type { Tokens } from './use-highlight.ts';
import { whenNear } from './when-near.ts';

interface CodeLinesProps {
  text: string;
  tokens: Tokens | undefined;
}

/** A run of code lines. Its tokens become elements only when it comes near the screen: a long file has 50,000 of them. */
export const CodeLines = memo(function CodeLines({ text, tokens }: CodeLinesProps) {
  const host = useRef<HTMLSpanElement>(null);
  const [near, setNear] = useState(false);
  useEffect(() => {
    if (tokens === undefined || near || host.current === null) return;
    return whenNear(host.current, () => setNear(true));
  }, [tokens, near]);
  return (
    <span className="md-lines" ref={host}>
      {tokens === undefined || !near ? text : colored(text, tokens)}
      {'\n'}
    </span>
  );
});

function colored(text: string, tokens: Tokens): ReactNode[] {
  const nodes: ReactNode[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    let at = 0;
    const row = tokens[index] ?? [];
    for (let token = 0; token + 1 < row.length; token += 2) {
      const piece = line.slice(at, at + (row[token] ?? 0));
      at += piece.length;
      const name = TOKEN_CLASSES[row[token + 1] ?? 0];
      nodes.push(
        name ? (
          <span key={`${index}:${token}`} className={name}>
            {piece}
          </span>
        ) : (
          piece
        ),
      );
    }
    nodes.push(line.slice(at));
    if (index < lines.length - 1) nodes.push('\n');
  }
  return nodes;
}
