import type { ShownLook } from './drawn.ts';

interface EdgeLine {
  color: string;
  /** Pixels. */
  width: number;
  /** As in SVG. */
  dashes?: string;
  opacity?: number;
  /** Absent for the usual line. */
  meaning?: string;
}

/** How each kind of line is drawn in a picture that is saved; drawing.css says the same for the screen. */
export const EDGE_LINES: Record<ShownLook, EdgeLine> = {
  plain: { color: 'var(--line-strong)', width: 1.25 },
  cycle: { color: 'var(--warn)', width: 2, dashes: '7 4', meaning: 'part of a cycle' },
  types: { color: 'var(--warn)', width: 1.25, dashes: '2 5', opacity: 0.6, meaning: 'a cycle of types only' },
  uncertain: { color: 'var(--ink-3)', width: 1.25, dashes: '2 4', meaning: 'only the name is the same' },
  current: { color: 'var(--accent)', width: 2, meaning: 'of what is in the middle' },
};
