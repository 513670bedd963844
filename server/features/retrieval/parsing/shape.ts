/** Shorter texts are alike by chance. Lines. */
const FEWEST_LINES = 6;
/** Tokens that are looked at together. */
const WINDOW = 4;
/** A table of literals has fewer different runs than this, whatever its length. */
const FEWEST_RUNS = 14;
const BITS = 64;

const NAME = 0x9e3779b1;
const LITERAL = 0x85ebca6b;

const token =
  /"""[\s\S]*?"""|'{3}[\s\S]*?'{3}|\/\*[\s\S]*?\*\/|\/\/[^\n]*|(?:^|(?<=\s))#[^\n]*|"[^"\\\n]*(?:\\.[^"\\\n]*)*"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|`[^`\\]*(?:\\[\s\S][^`\\]*)*`|[A-Za-z_$@\x80-\uffff][\w$\x80-\uffff]*|\d[\w.]*|[^\s\w]/g;

/** Words that say what code does; every other word is a name, and all names are alike. */
const words = new Set(
  `abstract as async await break case catch class const continue def default defer del do elif else enum except
   export extends extern false final finally fn for foreach from func function global go if impl implements import in
   instanceof interface is lambda let loop match mod module mut namespace new nil none not null or and override pass
   package private protected public pub raise return select self static struct super switch this throw throws trait
   true try type typeof undefined union unless until using var virtual void when where while with yield`.split(
    /\s+/,
  ),
);

/**
 * A 64-bit fingerprint of a program text: the simhash (Charikar 2002) of its different runs of four tokens, names and
 * literals counting as one each, comments and docstrings as nothing. The same code with other names has the same one; of similar code it
 * differs in a few bits. Signed, as SQLite keeps it; null for a text of fewer than 6 lines that say something.
 */
export function shapeOf(text: string): bigint | null {
  if (!hasLines(text)) return null;
  const low = new Int32Array(BITS / 2);
  const high = new Int32Array(BITS / 2);
  const recent = new Uint32Array(WINDOW);
  const runs = new Set<number>();
  let seen = 0;
  for (const [found] of text.matchAll(token)) {
    const code = codeOf(found);
    if (code === 0) continue;
    recent.copyWithin(0, 1);
    recent[WINDOW - 1] = code;
    seen += 1;
    if (seen < WINDOW) continue;
    const run = hashOfRun(recent);
    if (runs.has(run)) continue;
    runs.add(run);
    vote(run, low);
    vote(mix(run ^ 0x5bd1e995), high);
  }
  if (runs.size < FEWEST_RUNS) return null;
  return BigInt.asIntN(BITS, (BigInt(signs(high)) << 32n) | BigInt(signs(low)));
}

function hasLines(text: string): boolean {
  let lines = 0;
  for (let from = 0; from < text.length && lines < FEWEST_LINES; ) {
    const end = text.indexOf('\n', from);
    const to = end < 0 ? text.length : end;
    if (text.slice(from, to).trim() !== '') lines += 1;
    from = to + 1;
  }
  return lines >= FEWEST_LINES;
}

/** 0 for a comment or a docstring. */
function codeOf(found: string): number {
  const first = found.charCodeAt(0);
  if (
    found.startsWith('/*') ||
    found.startsWith('//') ||
    /^(?:"""|''')/.test(found) ||
    (first === 35 && found.length > 1)
  )
    return 0;
  if (first === 34 || first === 39 || first === 96 || (first >= 48 && first <= 57)) return LITERAL;
  if (found.length === 1 && !/[\w$\x80-\uffff]/.test(found)) return mix(first);
  return words.has(found) ? mix(hashOf(found)) : NAME;
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The finaliser of MurmurHash3. */
function mix(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

function hashOfRun(recent: Uint32Array): number {
  let hash = 0;
  for (const code of recent) hash = mix(Math.imul(hash, 31) + code);
  return hash;
}

function vote(hash: number, votes: Int32Array): void {
  for (let bit = 0; bit < votes.length; bit += 1)
    votes[bit] = (votes[bit] ?? 0) + ((hash >>> bit) & 1) * 2 - 1;
}

function signs(votes: Int32Array): number {
  let value = 0;
  for (let bit = 0; bit < votes.length; bit += 1) if ((votes[bit] ?? 0) > 0) value |= 1 << bit;
  return value >>> 0;
}
