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

interface Size {
  width: number;
  height: number;
}

export function svgOf({ width, height }: Size, palette: Palette, content: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${Math.max(480, width)}" height="${height}" viewBox="0 0 ${Math.max(480, width)} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif">` +
    `<rect width="100%" height="100%" fill="${palette.background}"/>${content}</svg>`
  );
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** `share` of `over` on `under`; both `#rrggbb`. */
export function mix(under: string, over: string, share: number): string {
  const channel = (color: string, at: number) => Number.parseInt(color.slice(1 + at * 2, 3 + at * 2), 16);
  const parts = [0, 1, 2].map((at) =>
    Math.round(channel(under, at) * (1 - share) + channel(over, at) * share),
  );
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
