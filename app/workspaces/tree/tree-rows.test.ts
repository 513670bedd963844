import { describe, expect, it } from 'vitest';
import { foldersOf, moveInTree, treeRows } from './tree-rows.ts';

const entry = (path: string, kind: 'file' | 'folder' = 'file') => ({
  ...{ path, kind, name: path.split('/').at(-1) ?? '', size: null, ignored: false, language: null },
});
const levels: Record<string, ReturnType<typeof entry>[]> = {
  '': [entry('src', 'folder'), entry('test', 'folder'), entry('a.ts')],
  src: [entry('src/deep', 'folder'), entry('src/b.ts')],
  'src/deep': [],
};

function rowsOf(open: string[], truncated = false) {
  return treeRows({
    level: (path) => ({ data: levels[path] && { entries: levels[path], truncated }, error: null }),
    isOpen: (path) => open.includes(path),
  });
}
const shown = (open: string[]) =>
  rowsOf(open).map(
    (row) => `${'  '.repeat(row.depth)}${row.kind === 'entry' ? row.entry.name : `(${row.text})`}`,
  );

describe('the rows of a tree', () => {
  it('are the open levels, one below the other', () => {
    expect(shown([])).toEqual(['src', 'test', 'a.ts']);
    expect(shown(['src'])).toEqual(['src', '  deep', '  b.ts', 'test', 'a.ts']);
  });

  it('say that a folder is empty, is being read, or has more than is shown', () => {
    expect(shown(['src', 'src/deep', 'test'])).toContain('    (empty)');
    expect(shown(['test'])).toEqual(['src', 'test', '  (reading)', 'a.ts']);
    expect(rowsOf([], true).at(-1)).toMatchObject({ text: 'only the first 3 are shown' });
  });

  it('know the folders of a file', () => {
    expect(foldersOf('a/b/c.ts')).toEqual(['a', 'a/b']);
    expect(foldersOf('c.ts')).toEqual([]);
  });
});

describe('keys in a tree', () => {
  const rows = rowsOf(['src', 'src/deep']);
  // src, deep, (empty), b.ts, test, a.ts
  it.each([
    [0, 'ArrowDown', { select: 1 }],
    [1, 'ArrowDown', { select: 3 }],
    [3, 'ArrowUp', { select: 1 }],
    [5, 'ArrowDown', { select: 5 }],
    [0, 'ArrowUp', { select: 0 }],
    [4, 'ArrowRight', { open: 'test' }],
    [0, 'ArrowRight', { select: 1 }],
    [5, 'ArrowRight', null],
    [0, 'ArrowLeft', { close: 'src' }],
    [3, 'ArrowLeft', { select: 0 }],
    [5, 'ArrowLeft', { select: 5 }],
    [3, 'Enter', { show: 'src/b.ts' }],
    [4, 'Enter', { open: 'test' }],
    [0, 'Enter', { close: 'src' }],
    [0, 'End', { select: 5 }],
    [5, 'Home', { select: 0 }],
    [0, 'PageDown', { select: 5 }],
    [5, 'PageUp', { select: 0 }],
    [0, 'x', null],
  ])('from row %i, %s does %j', (at, key, move) => {
    expect(moveInTree(rows, at, key)).toEqual(move);
  });
});
