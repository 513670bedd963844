const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** Bytes in decimal units with two or three figures, as `[number, unit]`. */
export function splitBytes(bytes: number): [string, string] {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return [unit === 0 || value >= 99.5 ? value.toFixed(0) : value.toFixed(1), BYTE_UNITS[unit] ?? ''];
}

export function formatBytes(bytes: number): string {
  return splitBytes(bytes).join(' ');
}

/** 12,410: a group mark whatever the locale, so that figures line up with the engine's logs. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** Parameters or tokens in short: 494M, 7.6B, 32k. */
export function formatShort(count: number): string {
  if (count >= 999.5e6) return `${trim(count / 1e9)}B`;
  if (count >= 999.5e3) return `${trim(count / 1e6)}M`;
  if (count >= 1000) return `${Math.round(count / 1000)}k`;
  return String(count);
}

/** A context window in its own powers of two: 32768 is 32k. */
export function formatWindow(tokens: number): string {
  if (tokens >= 1024 * 1024) return `${trim(tokens / 1024 / 1024)}M`;
  return tokens >= 1024 ? `${trim(tokens / 1024)}k` : String(tokens);
}

/** Seconds for a person: 0.19 s, 12 s, 3 min, 1 h 5 min. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

function trim(value: number): string {
  return value >= 99.5 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '');
}
