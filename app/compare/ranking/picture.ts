import { readColors } from '#app/_ui/picture/save-picture.ts';

/** Colours as `#rrggbb`, so that a picture looks the same in every program. */
export interface Palette {
  background: string;
  ink: string;
  muted: string;
  line: string;
  better: string;
  worse: string;
  /** By the name that the screen has for them. */
  colors: ReadonlyMap<string, string>;
}

/** The colours in force. `names`: CSS colours of the contestants. */
export function readPalette(names: readonly string[]): Palette {
  const hex = readColors();
  return {
    ...{ background: hex('--surface'), ink: hex('--ink'), muted: hex('--ink-2'), line: hex('--line-strong') },
    ...{ better: hex('--c1'), worse: hex('--c2'), colors: new Map(names.map((name) => [name, hex(name)])) },
  };
}

/** `share` of `over` on `under`; both `#rrggbb`. */
export function mix(under: string, over: string, share: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(1 + at * 2, 3 + at * 2), 16);
  const parts = [0, 1, 2].map((at) =>
    Math.round(channel(under, at) * (1 - share) + channel(over, at) * share),
  );
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
