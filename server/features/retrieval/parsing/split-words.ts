/** A word is cut here: what is longer is a hash or base64, and only a prefix of it is worth a row. */
const LONGEST_WORD = 64;
/** An identifier longer than this is no name: it is not taken apart. */
const LONGEST_NAME = 256;

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const JOINT = 4;
const SPACE = 32;
const UNDERSCORE = 95;
const LETTER_S = 115;

const kindOfAscii = new Uint8Array(128);
kindOfAscii.fill(LOWER, 97, 123);
kindOfAscii.fill(UPPER, 65, 91);
kindOfAscii.fill(DIGIT, 48, 58);
kindOfAscii[UNDERSCORE] = JOINT;

let ascii = new Uint8Array(1 << 14);
let wide = new Uint16Array(1 << 12);

/**
 * The words of a text as the index and its queries know them: lower case, one space between, identifiers in their
 * parts and each camelCase run once more in one piece: `getUserName_v2` gives `get user name v2 getusername`.
 * Punctuation goes, so nothing of FTS5's syntax remains; a Han or Kana character is a word of its own.
 */
export function splitWords(text: string): string {
  const room = text.length * 3 + LONGEST_NAME * 3;
  // oxlint-disable-next-line no-control-regex
  if (/[^\x00-\x7f]/.test(text)) {
    if (wide.length < room) wide = new Uint16Array(room);
    const end = split(text, wide);
    return Buffer.from(wide.buffer, 0, end * 2)
      .toString('utf16le')
      .toLowerCase();
  }
  if (ascii.length < room) ascii = new Uint8Array(room);
  const end = split(text, ascii);
  return Buffer.from(ascii.buffer, 0, end).toString('latin1');
}

type Codes = Uint8Array | Uint16Array;

/** Writes the words of `text` to `out`, ASCII in lower case, and answers how many codes they take. */
function split(text: string, out: Codes): number {
  let at = 0;
  let index = 0;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (kindOf(code) === OTHER) {
      index += 1;
    } else if (isIdeograph(code)) {
      at = writeWord(text, { from: index, end: index + 1, at }, out);
      index += 1;
    } else {
      const end = endOfName(text, index);
      at = writeName(text, { from: index, end, at }, out);
      index = end;
    }
  }
  return at;
}

/** Where the letters, digits and underscores end that begin at `from`. */
function endOfName(text: string, from: number): number {
  let end = from + 1;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (kindOf(code) === OTHER || isIdeograph(code)) break;
  }
  return end;
}

interface Run {
  from: number;
  end: number;
  at: number;
}

/** The parts of one identifier in their order, then what camelCase had joined. */
function writeName(text: string, name: Run, out: Codes): number {
  if (name.end - name.from > LONGEST_NAME) return writeWord(text, name, out);
  let at = name.at;
  let part = name.from;
  let camel = false;
  for (let index = name.from; index <= name.end; index += 1) {
    const joint = index === name.end || text.charCodeAt(index) === UNDERSCORE;
    if (!joint && (index === part || !startsPart(text, index, name.end))) continue;
    camel ||= !joint;
    if (index > part) at = writeWord(text, { from: part, end: index, at }, out);
    part = joint ? index + 1 : index;
  }
  return camel ? writeJoined(text, { ...name, at }, out) : at;
}

/** Each run between underscores that has more than one part, whole. */
function writeJoined(text: string, name: Run, out: Codes): number {
  let at = name.at;
  let from = name.from;
  let camel = false;
  for (let index = name.from; index <= name.end; index += 1) {
    if (index === name.end || text.charCodeAt(index) === UNDERSCORE) {
      if (camel) at = writeWord(text, { from, end: index, at }, out);
      camel = false;
      from = index + 1;
    } else {
      camel ||= index > from && startsPart(text, index, name.end);
    }
  }
  return at;
}

/** `getUser`: at `U`; `HTTPServer`: at `S`; `userIDs`: the plural is no part of its own. */
function startsPart(text: string, index: number, end: number): boolean {
  if (kindOf(text.charCodeAt(index)) !== UPPER) return false;
  if (kindOf(text.charCodeAt(index - 1)) !== UPPER) return true;
  if (index + 1 >= end) return false;
  const next = text.charCodeAt(index + 1);
  if (kindOf(next) !== LOWER) return false;
  const plural = next === LETTER_S && (index + 2 === end || kindOf(text.charCodeAt(index + 2)) === UPPER);
  return !plural;
}

function writeWord(text: string, run: Run, out: Codes): number {
  let at = run.at;
  if (at > 0) out[at++] = SPACE;
  const end = Math.min(run.end, run.from + LONGEST_WORD);
  for (let index = run.from; index < end; index += 1) {
    const code = text.charCodeAt(index);
    out[at++] = code >= 65 && code <= 90 ? code | 32 : code;
  }
  return at;
}

const wordCharacter = /[\p{L}\p{N}\p{M}\p{Cs}]/u;
const upperCharacter = /\p{Lu}/u;
/** Of every character above ASCII that was met: asked for once. */
const kindsAbove = new Uint8Array(65536);
const UNKNOWN_YET = 0;

function kindOf(code: number): number {
  if (code < 128) return kindOfAscii[code] ?? OTHER;
  const known = kindsAbove[code];
  if (known !== undefined && known !== UNKNOWN_YET) return known - 1;
  const character = String.fromCharCode(code);
  const kind = !wordCharacter.test(character) ? OTHER : upperCharacter.test(character) ? UPPER : LOWER;
  kindsAbove[code] = kind + 1;
  return kind;
}

/** Scripts written without spaces: Hiragana, Katakana and Han. */
function isIdeograph(code: number): boolean {
  return (
    code >= 0x3040 &&
    ((code <= 0x9fff && (code <= 0x30ff || code >= 0x3400)) || (code >= 0xf900 && code <= 0xfaff))
  );
}
