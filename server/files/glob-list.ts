import ignore, { type Ignore } from 'ignore';

/** `out`: left out; `in`: brought back by a line with `!`. */
export type Opinion = 'out' | 'in';

/** The package remembers every path it was asked about; then it starts anew. */
const FORGET_AFTER = 20_000;

/** The lines of one .gitignore. Paths are relative to its folder; those of folders end in `/`. */
export class GlobList {
  readonly #lines: string[];
  #rules: Ignore;
  #asked = 0;
  /** The same lines without one that left out a folder which another list brought back. */
  readonly #without = new Map<string, GlobList>();

  constructor(lines: string[]) {
    this.#lines = lines;
    this.#rules = compile(lines);
  }

  /** Whether a line matches the path, or a folder it is in. */
  matches(path: string): boolean {
    return ignore.isPathValid(path) && this.#fresh().test(path).ignored;
  }

  /** What these lines say about a path whose folders above are known to count; undefined: nothing. */
  opinion(path: string): Opinion | undefined {
    if (!ignore.isPathValid(path)) return undefined;
    const { ignored, unignored } = this.#fresh().test(path);
    if (!ignored) return unignored ? 'in' : undefined;
    return this.#besidesFolders(path);
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
