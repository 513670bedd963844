/** A mark being typed before the caret: `#` a file or symbol, `@` a model, `/` a command at the very beginning. */
export interface TypedMark {
  mark: '#' | '@' | '/';
  query: string;
  /** Where it stands in the text. */
  from: number;
  to: number;
}

/** A path may be long; more is no search. */
const LONGEST = 200;

/** The mark that the caret stands in, if any: only at the start of a word, and `/` only where the message begins. */
export function typedMark(text: string, caret: number): TypedMark | null {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const [, space = '', mark, query = ''] = /(^|\s)([#@/])([^\s#@]*)$/.exec(before) ?? [];
  if (mark !== '#' && mark !== '@' && mark !== '/') return null;
  const from = caret - query.length - 1;
  if (mark === '/' && from !== 0) return null;
  // `##` begins a heading, and a lone `#` after other text is one in the making only at the start of a line.
  if (space === '' && from > 0) return null;
  return { mark, query, from, to: caret };
}

/** The text without the mark and what was typed of it. */
export function withoutMark(text: string, { from, to }: TypedMark): string {
  const after = text.slice(to);
  return text.slice(0, from) + (after.startsWith(' ') ? after.slice(1) : after);
}
