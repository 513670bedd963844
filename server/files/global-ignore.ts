import { realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { readSmallFile } from './small-file.ts';

/** Where Git keeps what holds for all repositories of a person; the last one says most. */
const CONFIGS = ['.config/git/config', '.gitconfig'];

/** The text of a file of the person's own; many keep those elsewhere, behind a link. Undefined where there is none. */
export function readOwn(path: string): string | undefined {
  try {
    return readSmallFile(realpathSync(path));
  } catch {
    return undefined;
  }
}

/** Path of the person's own list of what Git leaves out everywhere: `core.excludesFile`, or where Git looks without it. */
export function globalIgnoreFile(): string {
  const home = homedir();
  const named = CONFIGS.flatMap((path) => excludesFile(readOwn(join(home, path)) ?? '')).at(-1);
  if (named === undefined) return join(home, '.config/git/ignore');
  return named.startsWith('~/') ? join(home, named.slice(2)) : resolve(home, named);
}

/** Files whose change may be one of that list. */
export function globalIgnoreSources(): string[] {
  return [...CONFIGS.map((path) => join(homedir(), path)), globalIgnoreFile()];
}

/** The value of `excludesFile` in the section `[core]`, if it is there. */
function excludesFile(config: string): string[] {
  const found: string[] = [];
  let section = '';
  for (const line of config.split(/\r?\n/)) {
    section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]?.trim().toLowerCase() ?? section;
    const value = /^\s*(?:\[[^\]]*\])?\s*excludesfile\s*=\s*(.*)$/i.exec(line)?.[1];
    if (section === 'core' && value !== undefined) found.push(unquoted(value));
  }
  return found;
}

function unquoted(value: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"/.exec(value)?.[1];
  return quoted === undefined ? value.replace(/\s+[#;].*$/, '').trim() : quoted.replaceAll(/\\(.)/g, '$1');
}
