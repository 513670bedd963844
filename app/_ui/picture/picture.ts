interface Size {
  width: number;
  height: number;
}

/** A picture that stands by itself, on one colour (`#rrggbb`). At least 480 pixels wide. */
export function svgOf({ width, height }: Size, background: string, content: string): string {
  const wide = Math.max(480, width);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${height}" viewBox="0 0 ${wide} ${height}" font-family="system-ui, -apple-system, 'Segoe UI', sans-serif">` +
    `<rect width="100%" height="100%" fill="${background}"/>${content}</svg>`
  );
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
