import { z } from 'zod';
import { resolveByNamespace } from './compiled.ts';
import { readLenientJson } from './lenient-json.ts';
import { ancestorsOf, firstFile, joinInside, nearest, type ImportPlace } from './place.ts';

const Prefixes = z.record(z.string(), z.union([z.string(), z.array(z.string())]));
const Composer = z.object({
  autoload: z.object({ 'psr-4': Prefixes.optional() }).optional(),
  'autoload-dev': z.object({ 'psr-4': Prefixes.optional() }).optional(),
});

/** A path of `require`, or a class by the prefixes of composer.json. */
export function resolvePhp(specifier: string, place: ImportPlace): string | null {
  if (/\.(?:php|inc|phtml)$/.test(specifier)) {
    return firstFile(
      place,
      ancestorsOf(place.folder).map((folder) => joinInside(folder, specifier)),
    );
  }
  const own = nearest(place, 'composer.json');
  const composer = Composer.safeParse(readLenientJson(own === null ? undefined : place.read(own.path)));
  if (own !== null && composer.success) {
    const prefixes = { ...composer.data['autoload-dev']?.['psr-4'], ...composer.data.autoload?.['psr-4'] };
    for (const [prefix, folders] of Object.entries(prefixes)) {
      if (!specifier.startsWith(prefix)) continue;
      const rest = `${specifier.slice(prefix.length).replaceAll('\\', '/')}.php`;
      const found = firstFile(
        place,
        [folders].flat().map((folder) => joinInside(own.folder, `${folder}/${rest}`)),
      );
      if (found !== null) return found;
    }
  }
  return resolveByNamespace(specifier, place, '.php');
}

/** `./a` from the file, `a/b` from a load path. */
export function resolveRuby(specifier: string, place: ImportPlace): string | null {
  const path = specifier.endsWith('.rb') ? specifier : `${specifier}.rb`;
  if (path.startsWith('.')) return firstFile(place, [joinInside(place.folder, path)]);
  const around = ancestorsOf(place.folder);
  return firstFile(place, [
    ...around.map((folder) => joinInside(folder, `lib/${path}`)),
    ...around.map((folder) => joinInside(folder, path)),
  ]);
}

/** A path from the file, or `package:` of the package it lies in or of one beside it. */
export function resolveDart(specifier: string, place: ImportPlace): string | null {
  const [, name, rest = ''] = /^package:([^/]+)\/(.+)$/.exec(specifier) ?? [];
  if (name === undefined) return firstFile(place, [joinInside(place.folder, specifier)]);
  const own = nearest(place, 'pubspec.yaml');
  const named = own !== null && new RegExp(`^name:\\s*["']?${name}\\b`, 'm').test(place.read(own.path) ?? '');
  const folders = [...(named ? [own.folder] : []), `packages/${name}`, name];
  return firstFile(
    place,
    folders.map((folder) => joinInside(folder, `lib/${rest}`)),
  );
}

/** A path from the file or from the root; of a style sheet also without its ending or its leading underscore. */
export function resolvePath(specifier: string, place: ImportPlace): string | null {
  const path = specifier.replace(/[?#].*$/, '');
  return firstFile(
    place,
    [place.folder, '', 'src', 'contracts', 'lib'].flatMap((folder) => {
      const full = joinInside(folder, path.replace(/^\//, ''));
      if (full === null) return [];
      return [full, `${full}.css`, `${full}.scss`, full.replace(/([^/]+)$/, '_$1.scss')];
    }),
  );
}
