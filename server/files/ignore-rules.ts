import { dirname, join, relative, sep } from 'node:path';
import { GlobList, type Opinion } from './glob-list.ts';
import { globalIgnoreFile, readOwn } from './global-ignore.ts';
import { findRepository } from './repository.ts';
import { readSmallFile } from './small-file.ts';

/** Which files of a folder count. Paths are relative to it, with `/`. */
export interface IgnoreRules {
  /** Whether a file or folder is left out, by a rule of its own or because a folder above it is. */
  ignores(path: string, folder: boolean): boolean;
}

/** Patterns as in .gitignore. `include`: when there are any, only these files; `exclude`: after all others, `!` brings back. */
export interface ProjectPatterns {
  include?: string[];
  exclude?: string[];
}

/** What no repository wants to be told: metadata of version control, and packages that were installed. */
const NEVER = new Set(['.git', '.hg', '.svn', '.jj']);
const USUALLY_LEFT_OUT = ['node_modules/', '.venv/', '__pycache__/', '.DS_Store'];

/** A list of patterns and where its paths begin. */
interface Level {
  globs: GlobList;
  /** Characters of a path to leave out. */
  skip: number;
  /** Written before the path, for rules of folders above the workspace. */
  prefix: string;
}

/** A folder on the way down: whether it counts, and every list that speaks about its entries, weakest first. */
interface Place {
  ignored: boolean;
  levels: Level[];
}

/**
 * The rules of `root` (a real path) as git reads them: `.gitignore` of every folder and of the repository around it,
 * `.git/info/exclude`, the person's own list for all repositories, then the project's own. A folder's file is read when something in it is first asked about; after
 * one changed, read the rules again. Files that cannot be read have no rules in them.
 */
export function readRules(root: string, patterns: ProjectPatterns = {}): IgnoreRules {
  const include = patterns.include?.length ? new GlobList(patterns.include) : undefined;
  const exclude = patterns.exclude?.length ? [level(new GlobList(patterns.exclude))] : [];
  const places = new Map<string, Place>([['', { ignored: false, levels: outerLevels(root) }]]);
  const top = places.get('') ?? { ignored: false, levels: [] };
  top.levels.push(...ownLevel(root, ''));

  const placeOf = (folder: string): Place => {
    const known = places.get(folder);
    if (known !== undefined) return known;
    const above = placeOf(parentOf(folder));
    const ignored = above.ignored || decide(above.levels, exclude, `${folder}/`);
    const own = ignored ? [] : ownLevel(root, folder);
    const place = { ignored, levels: own.length === 0 ? above.levels : [...above.levels, ...own] };
    places.set(folder, place);
    return place;
  };

  return {
    ignores(path, folder) {
      if (folder) return placeOf(path).ignored;
      const place = placeOf(parentOf(path));
      if (place.ignored || decide(place.levels, exclude, path)) return true;
      return include !== undefined && !include.matches(path);
    },
  };
}

/** The last list that has an opinion wins, as the last line of a list does. */
function decide(levels: Level[], exclude: Level[], path: string): boolean {
  if (NEVER.has(lastName(path))) return true;
  return (strongest(exclude, path) ?? strongest(levels, path)) === 'out';
}

function strongest(levels: Level[], path: string): Opinion | undefined {
  for (let at = levels.length - 1; at >= 0; at -= 1) {
    const one = levels[at];
    const found = one?.globs.opinion(one.prefix + path.slice(one.skip));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What stands above the workspace in its repository. Where that leaves out the workspace itself, it is not asked. */
function outerLevels(root: string): Level[] {
  const usual = level(new GlobList(USUALLY_LEFT_OUT));
  const repository = findRepository(root);
  if (repository === undefined) return [usual];
  const inside = relative(repository.top, root);
  const prefix = inside === '' ? '' : `${inside.split(sep).join('/')}/`;
  const found = [
    ...globsIn(readOwn(globalIgnoreFile())),
    ...globsOf(join(repository.common, 'info/exclude')),
  ].map((globs) => level(globs, { prefix }));
  const outermost = found.length;
  for (let folder = root; folder !== repository.top; ) {
    folder = dirname(folder);
    const below = `${relative(folder, root).split(sep).join('/')}/`;
    found.splice(
      outermost,
      0,
      ...globsOf(join(folder, '.gitignore')).map((globs) => level(globs, { prefix: below })),
    );
  }
  const leavesOutAll = prefix !== '' && found.some((one) => one.globs.opinion(one.prefix) === 'out');
  return leavesOutAll ? [usual] : [usual, ...found];
}

function ownLevel(root: string, folder: string): Level[] {
  const skip = folder === '' ? 0 : folder.length + 1;
  return globsOf(join(root, folder, '.gitignore')).map((globs) => level(globs, { skip }));
}

function level(globs: GlobList, at: { skip?: number; prefix?: string } = {}): Level {
  return { globs, skip: at.skip ?? 0, prefix: at.prefix ?? '' };
}

/** One list, or none where there is no such file. */
function globsOf(path: string): GlobList[] {
  return globsIn(readSmallFile(path));
}

function globsIn(text: string | undefined): GlobList[] {
  return text === undefined ? [] : [new GlobList(text.split(/\r?\n/))];
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function lastName(path: string): string {
  const whole = path.endsWith('/') ? path.slice(0, -1) : path;
  return whole.slice(whole.lastIndexOf('/') + 1);
}
