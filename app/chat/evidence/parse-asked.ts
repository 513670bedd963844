import type { ContextMention, ContextPlace } from '#server/features/retrieval/context/contract.ts';

/** Reads what a browser kept of a draft; null for what is none, e.g. of another version. */
export function parseAsked(json: string): { mentions: ContextMention[]; left_out: ContextPlace[] } | null {
  try {
    const { mentions, left_out }: Record<string, unknown> = Object(JSON.parse(json));
    if (!Array.isArray(mentions) || !Array.isArray(left_out)) return null;
    return mentions.every(isMention) && left_out.every(isPlace) ? { mentions, left_out } : null;
  } catch {
    return null;
  }
}

function isMention(value: unknown): value is ContextMention {
  const { kind, path, name, line, end_line }: Record<string, unknown> = Object(value);
  const isName = name === undefined || typeof name === 'string';
  const areLines = [line, end_line].every((one) => one === undefined || isLine(one));
  return (
    (kind === 'file' || kind === 'folder' || kind === 'symbol') &&
    typeof path === 'string' &&
    isName &&
    areLines
  );
}

function isPlace(value: unknown): value is ContextPlace {
  const { path, line, end_line }: Record<string, unknown> = Object(value);
  return typeof path === 'string' && isLine(line) && isLine(end_line);
}

function isLine(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) > 0;
}
