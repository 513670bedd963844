import { ancestorsOf, firstFile, joinInside, type ImportPlace } from './place.ts';

const sourceFolders = ['src', 'lib', 'python'];

/** `.a.b` from the file's own package, `a.b` from any folder around it or a source folder of the workspace. */
export function resolvePython(specifier: string, place: ImportPlace): string | null {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0;
  const path = specifier.slice(dots).split('.').join('/');
  if (dots > 0) {
    const folder = joinInside(place.folder, '../'.repeat(dots - 1));
    return folder === null ? null : moduleAt(folder, path, place);
  }
  for (const folder of [...ancestorsOf(place.folder), ...sourceFolders]) {
    const found = moduleAt(folder, path, place);
    if (found !== null) return found;
  }
  return null;
}

/** The module; of a package the first module that is brought from it, else the package itself. */
function moduleAt(folder: string, path: string, place: ImportPlace): string | null {
  const full = joinInside(folder, path);
  if (full === null) return null;
  const packages = ['__init__.py', '__init__.pyi'].map((name) => joinInside(full, name));
  const modules = path === '' ? [] : [`${full}.py`, `${full}.pyi`];
  const brought = place.names.map((name) => joinInside(full, `${name}.py`));
  return firstFile(place, [...modules, ...brought, ...packages]);
}
