import { ancestorsOf, firstFile, joinInside, nearest, type ImportPlace } from './place.ts';

/** A package of this module is a folder; its first file that is no test stands for it. */
export function resolveGo(specifier: string, place: ImportPlace): string | null {
  const own = nearest(place, 'go.mod');
  const module = /^module\s+"?([^\s"]+)/m.exec((own && place.read(own.path)) ?? '')?.[1];
  if (own === null || module === undefined) return null;
  if (specifier !== module && !specifier.startsWith(`${module}/`)) return null;
  const folder = joinInside(own.folder, specifier.slice(module.length + 1));
  if (folder === null) return null;
  const files = place.list(folder).filter((name) => name.endsWith('.go') && !name.endsWith('_test.go'));
  const namesake = `${folder.slice(folder.lastIndexOf('/') + 1)}.go`;
  return firstFile(
    place,
    [namesake, ...files].map((name) => joinInside(folder, name)),
  );
}

/** `crate::`, `self::`, `super::` and crates of the same Cargo workspace. */
export function resolveRust(specifier: string, place: ImportPlace): string | null {
  const parts = specifier.split('::').filter((part) => part !== '');
  const [first, ...rest] = parts;
  const manifest = nearest(place, 'Cargo.toml');
  const crate = joinInside(manifest?.folder ?? '', 'src') ?? 'src';
  if (first === 'crate') return rustModule(crate, rest, place) ?? crateRoot(crate, place);
  let folder: string | null = moduleFolder(place.path);
  let path = parts;
  while (folder !== null && (path[0] === 'self' || path[0] === 'super')) {
    if (path[0] === 'super') folder = joinInside(folder, '..');
    path = path.slice(1);
  }
  const near = folder === null ? null : rustModule(folder, path, place);
  if (near !== null || first === 'self' || first === 'super') return near ?? ownerOf(folder, place);
  return byCrate(parts, place);
}

/** Where the modules lie that a file declares: beside `mod.rs`, `lib.rs` and `main.rs`, below any other. */
function moduleFolder(path: string): string {
  return path.replace(/(?:^|\/)(?:mod|lib|main)\.rs$/, '').replace(/\.rs$/, '');
}

/** The longest beginning of the path that is a file: what follows are names in it. */
function rustModule(folder: string, parts: readonly string[], place: ImportPlace): string | null {
  for (let length = parts.length; length > 0; length -= 1) {
    const path = joinInside(folder, parts.slice(0, length).join('/'));
    const found = path === null ? null : firstFile(place, [`${path}.rs`, `${path}/mod.rs`]);
    if (found !== null) return found;
  }
  return null;
}

/** The file whose modules lie in a folder. */
function ownerOf(folder: string | null, place: ImportPlace): string | null {
  return folder === null
    ? null
    : (firstFile(place, [`${folder}.rs`, `${folder}/mod.rs`]) ?? crateRoot(folder, place));
}

function crateRoot(folder: string, place: ImportPlace): string | null {
  return firstFile(place, [joinInside(folder, 'lib.rs'), joinInside(folder, 'main.rs')]);
}

function byCrate([name = '', ...rest]: readonly string[], place: ImportPlace): string | null {
  for (const spelled of new Set([name, name.replaceAll('_', '-')])) {
    for (const parent of ['', 'crates', 'libs', 'packages']) {
      const folder = joinInside(parent, `${spelled}/src`);
      if (folder === null) continue;
      const found = rustModule(folder, rest, place) ?? crateRoot(folder, place);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Classes lie in folders named after their packages, below the source folder that this file lies in. */
export function resolveByPackage(
  specifier: string,
  place: ImportPlace,
  endings: readonly string[],
): string | null {
  const parts = specifier.split(/[.\\]/).filter((part) => part !== '');
  const around = ancestorsOf(place.folder);
  const folders = [
    ...around,
    ...around.map((folder) => folder.replace(/(^|\/)test(?=\/|$)/, '$1main')),
    'src',
    'app',
  ];
  // `import static a.B.c` and inner classes name a member: the file is what is left without it.
  for (const path of [parts, parts.slice(0, -1)]) {
    if (path.length < 2) continue;
    const found = firstFile(
      place,
      folders.flatMap((folder) => endings.map((ending) => joinInside(folder, path.join('/') + ending))),
    );
    if (found !== null) return found;
  }
  return null;
}

/** A namespace is often the path without its first names. */
export function resolveByNamespace(specifier: string, place: ImportPlace, ending: string): string | null {
  const parts = specifier.split(/[.\\]/).filter((part) => part !== '');
  const folders = [...ancestorsOf(place.folder), 'src', 'app', 'lib'];
  for (let skipped = 0; skipped < Math.min(parts.length, 4); skipped += 1) {
    const path = parts.slice(skipped).join('/') + ending;
    // A single name in any folder around would be chance.
    if (skipped > 0 && parts.length - skipped < 2) break;
    const found = firstFile(
      place,
      folders.map((folder) => joinInside(folder, path)),
    );
    if (found !== null) return found;
  }
  return null;
}

const includeFolders = ['include', 'src', 'inc', 'lib'];

/** Beside the file, in a folder around it, or in an include folder of one. */
export function resolveInclude(specifier: string, place: ImportPlace): string | null {
  const around = ancestorsOf(place.folder);
  return firstFile(place, [
    ...around.map((folder) => joinInside(folder, specifier)),
    ...around.flatMap((folder) => includeFolders.map((inner) => joinInside(folder, `${inner}/${specifier}`))),
  ]);
}
