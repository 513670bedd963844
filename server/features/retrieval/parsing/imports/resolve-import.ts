import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '#server/kernel/paths.ts';
import { readSmallFile } from '#server/files/small-file.ts';
import { resolveByNamespace, resolveByPackage, resolveGo, resolveInclude, resolveRust } from './compiled.ts';
import { resolveScript } from './javascript.ts';
import type { ImportPlace } from './place.ts';
import { resolvePython } from './python.ts';
import { resolveDart, resolvePath, resolvePhp, resolveRuby } from './scripting.ts';

/** An import as the index has it; `path` is the file it stands in, `names` what it brings. */
export interface ImportToResolve {
  specifier: string;
  path: string;
  language: string | null;
  names?: readonly string[];
}

/** Tells which file of the workspace an import leads to; null when it leads out, or nobody can tell. */
export type ResolveImport = (one: ImportToResolve, hasFile: (path: string) => boolean) => string | null;

/**
 * For one pass over a workspace whose real path is `root`: settings such as `tsconfig.json` are read once. A path
 * that is answered is one that `hasFile` knows.
 */
export function createImportResolver(root: string): ResolveImport {
  const read = remembering((path) => readSmallFile(join(root, path)));
  const list = remembering((folder) => namesIn(root, folder));
  return ({ specifier, path, language, names = [] }, hasFile) => {
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
    return resolve(specifier, language, { path, folder, names, hasFile, read, list });
  };
}

function resolve(specifier: string, language: string | null, place: ImportPlace): string | null {
  switch (language ?? '') {
    case 'typescript':
    case 'tsx':
    case 'javascript':
    case 'vue':
    case 'svelte':
    case 'html':
      return resolveScript(specifier, place);
    case 'python':
      return resolvePython(specifier, place);
    case 'go':
      return resolveGo(specifier, place);
    case 'rust':
      return resolveRust(specifier, place);
    case 'java':
      return resolveByPackage(specifier, place, ['.java', '.kt', '.scala', '.groovy']);
    case 'c_sharp':
      return resolveByNamespace(specifier, place, '.cs');
    case 'php':
      return resolvePhp(specifier, place);
    case 'ruby':
      return resolveRuby(specifier, place);
    case 'dart':
      return resolveDart(specifier, place);
    case 'c':
    case 'cpp':
      return resolveInclude(specifier, place);
    case 'css':
    case 'solidity':
      return resolvePath(specifier, place);
    default:
      return null;
  }
}

function remembering<Value>(make: (key: string) => Value): (key: string) => Value {
  const known = new Map<string, { value: Value }>();
  return (key) => {
    const kept = known.get(key) ?? { value: make(key) };
    known.set(key, kept);
    return kept.value;
  };
}

function namesIn(root: string, folder: string): readonly string[] {
  const path = join(root, folder);
  if (path !== root && !isInside(root, path)) return [];
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}
