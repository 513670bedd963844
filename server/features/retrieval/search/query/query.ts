import { languageOf } from '#server/files/language-of.ts';
import type { SearchAnswer } from '../contract.ts';
import { wordsOf, withoutStopWords } from '../words/stems.ts';
import { type Frame, framesOf } from './frames.ts';

export type QueryKind = Exclude<SearchAnswer['query_kind'], 'exact' | 'regex'>;

/** What a query asks for. */
export interface Query {
  kind: QueryKind;
  /** Split as the index splits; without stop words where it is prose. */
  words: string[];
  /** Names as they would be defined, the likeliest first: with the class they are said to be in. */
  names: { name: string; container: string | null }[];
  /** Set for a path. */
  path: { path: string; line: number | null } | null;
  frames: Frame[];
  aboutTests: boolean;
}

/** Longer queries are pasted text: what counts stands at its ends. UTF-16 units. */
const READ_WHOLE = 4000;
const MOST_NAMES = 12;

const IDENTIFIER = String.raw`[\p{L}_$][\p{L}\p{N}_$]*`;
/** `name`, `Class.method`, `a::b`, `Class#method`, `name()`. */
const SYMBOL = new RegExp(String.raw`^@?${IDENTIFIER}(?:(?:\.|::|->|#)~?${IDENTIFIER})*[!?]?(?:\(\))?$`, 'u');
const IN_TEXT = new RegExp(String.raw`${IDENTIFIER}(?:(?:\.|::|#)${IDENTIFIER})*(?:\(\))?`, 'gu');
const WITH_LINE = /^(.+?)(?::(\d{1,9}))?(?::\d{1,9})?$/;
const QUESTION = /^(how|what|where|when|which|who|why|does|do|is|are|can|should|explain|find|show|list)\b/i;
const TESTS = /\b(tests?|testing|specs?|unit ?tests?|e2e|fixtures?|mocks?)\b/i;

/** Takes a query for a symbol, a path, a trace, prose or words. Never throws. */
export function readQuery(text: string): Query {
  const short = shorten(text.trim());
  const kind = kindOf(short);
  const words = wordsOf(kind === 'trace' ? withoutFrames(short) : short);
  return {
    kind,
    words: kind === 'prose' || kind === 'trace' ? withoutStopWords(words) : words,
    names: namesIn(short, kind),
    path: kind === 'path' ? pathOf(short) : null,
    frames: kind === 'trace' ? framesOf(text) : [],
    aboutTests: TESTS.test(short) || words.some((word) => word === 'test' || word === 'tests'),
  };
}

/** What a trace says besides where: its message, and the functions it went through. */
function withoutFrames(text: string): string {
  const lines = text.split('\n');
  const message = lines.filter((line) => framesOf(line).length === 0);
  return (message.length > 0 ? message : lines).join('\n');
}

function kindOf(text: string): QueryKind {
  const oneToken = !/\s/.test(text);
  if (oneToken && isPath(text)) return 'path';
  if (framesOf(text).length > 0 && !oneToken) return 'trace';
  if (oneToken && SYMBOL.test(text) && isName(text)) return 'symbol';
  const words = text.split(/\s+/);
  const meaningful = withoutStopWords(words.map((word) => word.toLowerCase()));
  const isSentence = words.length >= 4 && meaningful.length < words.length;
  return isSentence || words.length >= 6 || (words.length >= 3 && QUESTION.test(text)) || /\w\?$/.test(text)
    ? 'prose'
    : 'words';
}

function isPath(text: string): boolean {
  const { path } = pathOf(text);
  if (!/^[^\s"'`<>|*?]+$/.test(path) || /^\w+:\/\//.test(path)) return false;
  if (/[/\\]/.test(path)) return /[\p{L}\p{N}]/u.test(path);
  return /^[\w.+-]+\.[A-Za-z]\w{0,9}$/.test(path) && languageOf(path) !== null;
}

function pathOf(text: string): { path: string; line: number | null } {
  const [, path = text, line] = WITH_LINE.exec(text) ?? [];
  return {
    path: path.replaceAll('\\', '/').replace(/^(\.?\/)+/, ''),
    line: line === undefined ? null : Math.max(1, Number(line)),
  };
}

/** A capital inside, an underscore, a joint, or brackets: nobody writes a plain word so. */
function isName(text: string): boolean {
  return /[\p{Ll}\p{N}]\p{Lu}|_|\$|::|->|#|\(\)$|^\p{Lu}{2,}\p{Ll}|[\p{L}\p{N}]\.\p{L}/u.test(text);
}

function namesIn(text: string, kind: QueryKind): Query['names'] {
  if (kind === 'path') return [];
  const tokens = kind === 'symbol' ? [text] : (text.match(IN_TEXT) ?? []);
  const found = tokens.filter((token) => kind === 'symbol' || isName(token));
  // `read text` may mean readText, read_text or read-text; `parser` may be a name as it stands.
  const words = text.split(/\s+/);
  if (kind === 'words' && words.length <= 4) {
    found.push(...(words.length === 1 ? words : [words.join(''), words.join('_')]));
  }
  const names = found.map((token) => {
    const parts = token
      .replace(/\(\)$/, '')
      .replace(/^@/, '')
      .split(/\.|::|->|#/);
    return { name: parts.at(-1) ?? '', container: parts.at(-2) ?? null };
  });
  const unique = new Map(names.map((name) => [`${name.container}.${name.name}`, name]));
  return [...unique.values()].filter(({ name }) => name !== '').slice(0, MOST_NAMES);
}

function shorten(text: string): string {
  if (text.length <= READ_WHOLE) return text;
  return `${text.slice(0, READ_WHOLE / 2)}\n${text.slice(-READ_WHOLE / 2)}`;
}
