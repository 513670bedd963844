import { z } from 'zod';
import { ancestorsOf, firstFile, joinInside, nearest, type ImportPlace } from './place.ts';
import { readLenientJson } from './lenient-json.ts';

const endings = [
  '.ts',
  '.tsx',
  '.mts',
  '.cts',
  '.js',
  '.jsx',
  '.mjs',
  '.cjs',
  '.d.ts',
  '.vue',
  '.svelte',
  '.json',
];
const sources: Record<string, string[]> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.jsx'],
  '.jsx': ['.tsx'],
  '.mjs': ['.mts', '.d.mts'],
  '.cjs': ['.cts', '.d.cts'],
};

const TsConfig = z.object({
  extends: z.union([z.string(), z.array(z.string())]).optional(),
  compilerOptions: z
    .object({ baseUrl: z.string().optional(), paths: z.record(z.string(), z.array(z.string())).optional() })
    .optional(),
});

const Package = z.object({
  name: z.string().optional(),
  main: z.string().optional(),
  module: z.string().optional(),
  source: z.string().optional(),
  imports: z.record(z.string(), z.unknown()).optional(),
  exports: z.unknown().optional(),
  workspaces: z.union([z.array(z.string()), z.object({ packages: z.array(z.string()) })]).optional(),
});

/** JavaScript, TypeScript and what holds them: relative, `#x`, tsconfig paths, and packages of the workspace itself. */
export function resolveScript(specifier: string, place: ImportPlace): string | null {
  const plain = specifier.replace(/[?#][^/]*$/, (end) =>
    specifier.startsWith('#') && end === specifier ? end : '',
  );
  if (/^\.{1,2}(?:\/|$)/.test(plain)) return moduleAt(joinInside(place.folder, plain), place);
  if (plain.startsWith('#')) return byPackageImports(plain, place) ?? byPaths(plain, place);
  if (plain.startsWith('/')) return moduleAt(plain.slice(1), place);
  return byPaths(plain, place) ?? byPackage(plain, place) ?? byCommonAlias(plain, place);
}

/** A file by its path without ending, with the ending of what it is compiled to, or a folder with an index. */
function moduleAt(path: string | null, place: ImportPlace): string | null {
  if (path === null) return null;
  const ending = /\.[cm]?jsx?$/.exec(path)?.[0] ?? '';
  const stem = path.slice(0, path.length - ending.length);
  return firstFile(place, [
    path,
    ...(sources[ending] ?? []).map((source) => stem + source),
    ...endings.map((known) => path + known),
    ...endings.map((known) => joinInside(path, `index${known}`)),
  ]);
}

/** What stands for `*` when a pattern such as `@app/*` matches; `` for one without a star. */
function starOf(pattern: string, specifier: string): string | null {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return pattern === specifier ? '' : null;
  const fits = specifier.startsWith(before) && specifier.endsWith(after);
  return fits && specifier.length >= before.length + after.length
    ? specifier.slice(before.length, specifier.length - after.length)
    : null;
}

function byPaths(specifier: string, place: ImportPlace): string | null {
  for (const folder of ancestorsOf(place.folder)) {
    for (const name of ['tsconfig.json', 'jsconfig.json', 'tsconfig.base.json']) {
      const config = joinInside(folder, name);
      if (config === null || !place.hasFile(config)) continue;
      const found = byConfig(specifier, { config, place, depth: 0 });
      if (found !== null) return found;
    }
  }
  return null;
}

const DEEPEST_CONFIG = 4;

function byConfig(
  specifier: string,
  { config, place, depth }: { config: string; place: ImportPlace; depth: number },
): string | null {
  const parsed = TsConfig.safeParse(readLenientJson(place.read(config)));
  if (!parsed.success) return null;
  const folder = config.includes('/') ? config.slice(0, config.lastIndexOf('/')) : '';
  const { baseUrl, paths = {} } = parsed.data.compilerOptions ?? {};
  const base = joinInside(folder, baseUrl ?? '.') ?? '';
  const patterns = Object.entries(paths).toSorted(([a], [b]) => b.indexOf('*') - a.indexOf('*'));
  for (const [pattern, targets] of patterns) {
    const star = starOf(pattern, specifier);
    if (star === null) continue;
    for (const target of targets) {
      const found = moduleAt(
        joinInside(
          base,
          target.replace('*', () => star),
        ),
        place,
      );
      if (found !== null) return found;
    }
  }
  const direct = baseUrl === undefined ? null : moduleAt(joinInside(base, specifier), place);
  if (direct !== null || depth >= DEEPEST_CONFIG) return direct;
  for (const parent of [parsed.data.extends ?? []].flat().filter((path) => path.startsWith('.'))) {
    const path = joinInside(folder, parent.endsWith('.json') ? parent : `${parent}.json`);
    const found = path === null ? null : byConfig(specifier, { config: path, place, depth: depth + 1 });
    if (found !== null) return found;
  }
  return null;
}

function packageAt(folder: string, place: ImportPlace): z.infer<typeof Package> | null {
  const path = joinInside(folder, 'package.json');
  if (path === null) return null;
  const parsed = Package.safeParse(readLenientJson(place.read(path)));
  return parsed.success ? parsed.data : null;
}

function byPackageImports(specifier: string, place: ImportPlace): string | null {
  const own = nearest(place, 'package.json');
  if (own === null) return null;
  for (const [pattern, target] of Object.entries(packageAt(own.folder, place)?.imports ?? {})) {
    const star = starOf(pattern, specifier);
    if (star === null) continue;
    for (const path of pathsIn(target)) {
      const found = moduleAt(
        joinInside(
          own.folder,
          path.replace('*', () => star),
        ),
        place,
      );
      if (found !== null) return found;
    }
  }
  return null;
}

/** The paths of an `imports` or `exports` entry, whatever its conditions. */
function pathsIn(target: unknown): string[] {
  if (typeof target === 'string') return [target];
  return typeof target === 'object' && target !== null ? Object.values(target).flatMap(pathsIn) : [];
}

/** A package that is a folder of this workspace. */
function byPackage(specifier: string, place: ImportPlace): string | null {
  const [, name = '', rest = ''] = /^(@[^/]+\/[^/]+|[^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
  for (const folder of packageFolders(place)) {
    const described = packageAt(folder, place);
    if (described?.name !== name) continue;
    const inside = (path: string) => moduleAt(joinInside(folder, path), place);
    if (rest !== '') return inside(rest) ?? inside(`src/${rest}`);
    const { source, module, main, exports } = described;
    const named = [source, ...pathsIn(exports), module, main].filter((path) => path !== undefined);
    for (const path of [...named, 'src/index', 'src/main', 'index', 'lib/index']) {
      const found = inside(path);
      if (found !== null) return found;
    }
  }
  return null;
}

function packageFolders(place: ImportPlace): string[] {
  const { workspaces = [] } = packageAt('', place) ?? {};
  const listed = [
    ...(place.read('pnpm-workspace.yaml') ?? '').matchAll(/^\s*-\s*['"]?([^'"#\n]+?)['"]?\s*$/gm),
  ];
  const globs = [
    ...(Array.isArray(workspaces) ? workspaces : workspaces.packages),
    ...listed.map(([, glob = '']) => glob),
  ];
  return globs.flatMap((glob) => {
    const [, parent = '', star] = /^(?:\.\/)?(.*?)(\/\*{1,2})?\/?$/.exec(glob) ?? [];
    const folder = joinInside('', parent);
    if (folder === null) return [];
    return star === undefined ? [folder] : place.list(folder).map((name) => `${folder}/${name}`);
  });
}

/** `@/x` and `~/x` mean the source folder in most projects that write them. */
function byCommonAlias(specifier: string, place: ImportPlace): string | null {
  const path = /^[@~]\/(.+)$/.exec(specifier)?.[1];
  if (path === undefined) return null;
  const own = nearest(place, 'package.json')?.folder ?? '';
  return moduleAt(joinInside(own, `src/${path}`), place) ?? moduleAt(joinInside(own, path), place);
}
