import ignore, { type Ignore } from 'ignore';

/** `out`: left out; `in`: brought back by a line with `!`. */
export type Opinion = 'out' | 'in';

/** The package remembers every path it was asked about; then it starts anew. */
const FORGET_AFTER = 20_000;

/**
 * Steps that all lines may take on one path, about 5 ms. They grow by a power of the depth with every two stars between
 * names: with twenty of them, forty folders deep, one test would never end. A depth of 15 affords five.
 */
const MOST_STEPS = 1_000_000;

/** The lines of one .gitignore. Paths are relative to its folder; those of folders end in `/`. */
export class GlobList {
  readonly #lines: string[];
  /** How often each line that has it more than once says `**`. */
  readonly #costly: number[];
  #rules: Ignore;
  #asked = 0;
  /** The same lines without one that left out a folder which another list brought back. */
  readonly #without = new Map<string, GlobList>();
  #cheap: GlobList | undefined;

  constructor(lines: string[]) {
    this.#lines = lines;
    this.#rules = compile(lines);
    this.#costly = lines.map(anyFolders).filter((count) => count > 1);
  }

  /** Whether a line matches the path, or a folder it is in. */
  matches(path: string): boolean {
    if (!ignore.isPathValid(path)) return false;
    return this.#affordable(path)?.matches(path) ?? this.#fresh().test(path).ignored;
  }

  /** What these lines say about a path whose folders above are known to count; undefined: nothing. */
  opinion(path: string): Opinion | undefined {
    if (!ignore.isPathValid(path)) return undefined;
    const affordable = this.#affordable(path);
    if (affordable) return affordable.opinion(path);
    const { ignored, unignored } = this.#fresh().test(path);
    if (!ignored) return unignored ? 'in' : undefined;
    return this.#besidesFolders(path);
  }

  /** The lines without the costly ones, when those would take too long on a path as deep as this. */
  #affordable(path: string): GlobList | undefined {
    if (this.#costly.length === 0) return undefined;
    const depth = path.split('/').length;
    const steps = this.#costly.reduce((sum, count) => sum + depth * waysToSplit(depth, count), 0);
    if (steps <= MOST_STEPS) return undefined;
    this.#cheap ??= new GlobList(this.#lines.filter((line) => anyFolders(line) <= 1));
    return this.#cheap;
  }

  #fresh(): Ignore {
    this.#asked += 1;
    if (this.#asked > FORGET_AFTER) {
      this.#rules = compile(this.#lines);
      this.#asked = 0;
    }
    return this.#rules;
  }

  /** Git asks about one level at a time; the package says `ignored` as soon as a folder above is. */
  #besidesFolders(path: string): Opinion | undefined {
    const above = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
    const reason = above === '' ? undefined : this.#rules.test(above).rule?.pattern;
    if (reason === undefined) return 'out';
    let rest = this.#without.get(reason);
    if (rest === undefined) {
      rest = new GlobList(this.#lines.filter((line) => line.trimEnd() !== reason.trimEnd()));
      this.#without.set(reason, rest);
    }
    return rest.opinion(path);
  }
}

function compile(lines: string[]): Ignore {
  // As git: names on a Mac differ by case in looks only.
  return ignore({ ignoreCase: process.platform === 'darwin' }).add(lines);
}

/** How often a line says `**` for any number of folders. */
function anyFolders(line: string): number {
  const names = line.split('/');
  return names.filter((name, at) => name === '**' && names[at - 1] !== '**').length;
}

/** In how many ways so many `**` can share the folders of a path. */
function waysToSplit(depth: number, count: number): number {
  let ways = 1;
  for (let at = 1; at <= count && ways <= MOST_STEPS; at += 1) ways *= (depth + at) / at;
  return ways;
}
