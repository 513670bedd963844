'use client';

import { useEffect, useState } from 'react';
import { drawDiagram } from './draw-diagram.ts';

interface DiagramProps {
  source: string;
  /** Still being written: the last drawing that worked stays, and problems are not yet told. */
  open: boolean;
}

interface Drawing {
  address: string;
  width: number;
  height: number;
}

/** A Mermaid diagram as a picture, so that nothing in it can run or load; when it fails, the reason and its source. */
export function Diagram({ source, open }: DiagramProps) {
  const [drawing, setDrawing] = useState<Drawing | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const theme = useTheme();
  useEffect(() => {
    const abort = new AbortController();
    const draw = async () => {
      try {
        const drawn = await drawDiagram(source, theme, abort.signal);
        if (abort.signal.aborted) return;
        setDrawing(drawn);
        setProblem(null);
      } catch (error) {
        if (!abort.signal.aborted && !open)
          setProblem(error instanceof Error ? error.message : String(error));
      }
    };
    const wait = setTimeout(() => void draw(), open ? 600 : 0);
    return () => {
      clearTimeout(wait);
      abort.abort();
    };
  }, [source, open, theme]);
  return (
    <div className="md-diagram">
      {problem === null ? null : (
        <p role="alert" className="md-problem">
          This diagram could not be drawn: {problem}
        </p>
      )}
      {drawing === null || problem !== null ? (
        <pre>
          <code>{source}</code>
        </pre>
      ) : (
        // oxlint-disable-next-line nextjs/no-img-element
        <img src={drawing.address} alt={`Diagram: ${source}`} width={drawing.width} height={drawing.height} />
      )}
    </div>
  );
}

/** The theme in force, by the attribute that the layout keeps on the root. */
function useTheme(): 'light' | 'dark' {
  const [theme, setTheme] = useState<'light' | 'dark'>(current);
  useEffect(() => {
    const observer = new MutationObserver(() => setTheme(current()));
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    return () => observer.disconnect();
  }, []);
  return theme;
}

function current(): 'light' | 'dark' {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}
