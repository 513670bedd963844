import type { FoundSymbol } from '../../search/names/symbol-store.ts';
import type { CallLink, Related } from '../contract.ts';
import type { FileNode } from '../graph-store.ts';
import type { Import } from '../imports/import-map.ts';

interface Evidence {
  calledFrom: readonly CallLink[];
  importedBy: readonly Import[];
  files: ReadonlyMap<string, FileNode>;
}

/** The tests of a file or symbol: those that call it, those that import it, and for want of both those named after it. */
export function testsOf(
  { file, symbol }: { file: FileNode; symbol: FoundSymbol | undefined },
  { calledFrom, importedBy, files }: Evidence,
): Related['tests'] {
  if (file.isTest) return [];
  const tests = new Map<string, Related['tests'][number]>();
  for (const { path, line, certain } of calledFrom) {
    if (certain && files.get(path)?.isTest === true && !tests.has(path))
      tests.set(path, { path, line, by: 'call' });
  }
  for (const { from, names, line } of importedBy) {
    const speaksOfIt = symbol === undefined || names.includes(symbol.name);
    if (from.isTest && speaksOfIt && !tests.has(from.path))
      tests.set(from.path, { path: from.path, line, by: 'import' });
  }
  if (tests.size > 0) return [...tests.values()];
  const stem = stemOf(file.path);
  return [...files.values()]
    .filter((other) => other.isTest && isNamedAfter(other.path, stem))
    .map(({ path }) => ({ path, line: null, by: 'name' }));
}

/** `policy.test.ts`, `test_policy.py`, `policy_test.go`, `PolicyTest.java` are named after `policy`. */
function isNamedAfter(path: string, stem: string): boolean {
  const tested = stemOf(path);
  const plain = tested
    .replace(/^test_/i, '')
    .replace(/[._-](?:tests?|spec|e2e)$/i, '')
    .replace(/(?<=[a-z\d])(?:Tests?|Spec)$/, '');
  return plain !== tested && plain === stem;
}

function stemOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '');
}
