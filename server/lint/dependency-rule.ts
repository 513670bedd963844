import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectionTo, reserved } from './boundaries.ts';
import { readImports } from './imports.ts';

export interface Violation {
  file: string;
  line: number;
  message: string;
}

interface SourceFile {
  /** Relative to the checkout, with forward slashes. */
  path: string;
  text: string;
}

/** Holds every file against the dependency rule of docs/decisions/0001-foundation.md and the README of server/. */
export function findViolations(files: SourceFile[]): Violation[] {
  return files.flatMap((file) => [...importViolations(file), ...reservedViolations(file)]);
}

/** Reads the source files of a checkout: TypeScript of every folder with a rule, and Python of the engine. */
export function readSources(root: string): SourceFile[] {
  return ['server', 'db', 'app', 'e2e', 'python/mlx_worker']
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|py)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)))
        .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })),
    );
}

function importViolations({ path, text }: SourceFile): Violation[] {
  if (path.endsWith('.py')) return [];
  return readImports(text).flatMap(({ specifier, line, typeOnly }) => {
    const target = resolveLocal(path, specifier);
    if (target === undefined) return [];
    const reason = objectionTo({ from: path, to: target, typeOnly });
    return reason === undefined ? [] : [{ file: path, line, message: `imports ${target}: ${reason}` }];
  });
}

function reservedViolations({ path, text }: SourceFile): Violation[] {
  const lines = text.split('\n');
  return reserved.flatMap(({ pattern, allowedIn, appliesTo, message }) => {
    if (!appliesTo.test(path) || allowedIn.test(path)) return [];
    return lines.flatMap((content, index) =>
      pattern.test(content) ? [{ file: path, line: index + 1, message }] : [],
    );
  });
}

/** The path inside the checkout that a specifier names, or undefined for a package. */
function resolveLocal(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  return /^#(server|db|app)\//.test(specifier) ? specifier.slice(1) : undefined;
}

function main(root: string): void {
  const files = readSources(root);
  const violations = findViolations(files);
  for (const { file, line, message } of violations) console.error(`${file}:${line} ${message}`);
  console.log(`dependency rule: ${files.length} files, ${violations.length} violations`);
  const checkedNothing = !files.some(({ path }) => path.startsWith('server/'));
  if (checkedNothing) console.error('dependency rule: no file was checked');
  if (checkedNothing || violations.length > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main(process.argv[2] ?? join(import.meta.dirname, '..', '..'));
}
