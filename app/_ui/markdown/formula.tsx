'use client';

import { useEffect, useRef, useState } from 'react';

interface FormulaProps {
  source: string;
  display?: boolean;
}

/** Longer than a formula that a reader can take in. */
const LONGEST = 5000;

/** A formula by KaTeX, which is fetched with the first one. Until then, and when it is not valid, its source. */
export function Formula({ source, display = false }: FormulaProps) {
  const host = useRef<HTMLSpanElement>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    let current = true;
    const show = async () => {
      try {
        const drawn = await draw(source, display);
        if (!current) return;
        host.current?.replaceChildren(drawn);
        setShown(true);
        setProblem(null);
      } catch (error) {
        if (current) setProblem(error instanceof Error ? error.message : String(error));
      }
    };
    void show();
    return () => {
      current = false;
    };
  }, [source, display]);
  // While a formula is being typed the last one that was valid stays.
  return (
    <span className={display ? 'md-formula' : undefined} title={shown ? undefined : (problem ?? undefined)}>
      <span ref={host} />
      {shown ? null : <code className="md-code">{source}</code>}
    </span>
  );
}

async function draw(source: string, displayMode: boolean): Promise<HTMLElement> {
  if (source.length > LONGEST) throw new Error('This formula is too long to draw.');
  const [{ default: katex }] = await Promise.all([import('katex'), import('./katex-style.ts')]);
  const element = document.createElement('span');
  katex.render(source, element, {
    displayMode,
    throwOnError: true,
    trust: false,
    maxExpand: 1000,
    maxSize: 40,
    strict: 'ignore',
  });
  return element;
}
