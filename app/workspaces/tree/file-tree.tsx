'use client';

import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useId, useState } from 'react';
import { useShortcut } from '#app/_shell/shortcuts.ts';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { ContextMenu } from '#app/_ui/menu.tsx';
import { showFile } from '../place.ts';
import { moveInTree, type TreeRow } from './tree-rows.ts';
import { TreeBox } from './tree-box.tsx';
import { TreeLine } from './tree-line.tsx';
import { useRowMenu } from './use-row-menu.ts';
import { revealFile, setOpen, useTree } from './use-tree.ts';

/** Pixels of a row, for a pointer and for a finger. */
const ROW = 27;
const TOUCH_ROW = 44;

interface FileTreeProps {
  id: string;
  /** The file that is shown. */
  path: string | null;
}

/** The files of a workspace. Levels are read when they are opened; only what is in sight is drawn. */
export function FileTree({ id, path }: FileTreeProps) {
  const { rows, error } = useTree(id);
  const tree = useId();
  const [marked, setMarked] = useState<string | null>(path);
  const at = Math.max(
    0,
    rows.findIndex((row) => pathOf(row) === marked),
  );
  // oxlint-disable-next-line react/incompatible-library -- nothing it returns is passed on to a memoised part
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => document.getElementById(tree),
    estimateSize: () => (matchMedia('(pointer: coarse)').matches ? TOUCH_ROW : ROW),
    getItemKey: (index) => keyOf(rows[index], index),
    overscan: 16,
  });
  useEffect(() => {
    if (path === null) return;
    revealFile(id, path);
    setMarked(path);
  }, [id, path]);
  const shown = rows.findIndex((row) => pathOf(row) === path);
  useEffect(() => {
    if (shown >= 0) virtualizer.scrollToIndex(shown, { align: 'auto' });
  }, [shown, virtualizer]);
  const run = (move: ReturnType<typeof moveInTree>) => {
    if (move === null) return;
    if ('show' in move) showFile({ path: move.show });
    else if ('open' in move) setOpen(id, [move.open], true);
    else if ('close' in move) setOpen(id, [move.close], false);
    else {
      setMarked(pathOf(rows[move.select]) ?? null);
      virtualizer.scrollToIndex(move.select, { align: 'auto' });
    }
  };
  const [focused, setFocused] = useState(false);
  const menu = useRowMenu(id, rows[at], () => run(moveInTree(rows, at, 'Enter')));
  useShortcut('code.ask', menu.ask, focused);
  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typed = event.key.length === 1 && event.key !== ' ' ? findByLetter(rows, at, event.key) : null;
    const move = typed === null ? moveInTree(rows, at, event.key) : { select: typed };
    if (move === null) return;
    event.preventDefault();
    event.stopPropagation();
    run(move);
  };
  if (error !== null) {
    return (
      <div className="p-3">
        <ErrorNote error={error} title="The files cannot be shown." />
      </div>
    );
  }
  return (
    <ContextMenu entries={menu.entries}>
      <TreeBox
        id={tree}
        marked={rows.length > 0 ? rowId(at) : undefined}
        height={virtualizer.getTotalSize()}
        onKey={press}
        onFocused={setFocused}
        onMenu={(row) => {
          const index = rows.findIndex((_, one) => rowId(one) === row);
          if (index >= 0) setMarked(pathOf(rows[index]) ?? null);
          return rows[index === -1 ? at : index]?.kind === 'entry';
        }}
      >
        {virtualizer.getVirtualItems().map(({ index, key, start, size }) => {
          const row = rows[index];
          return row === undefined ? null : (
            <TreeLine
              key={key}
              id={rowId(index)}
              workspace={id}
              row={row}
              place={{ top: start, height: size }}
              marked={index === at}
              shown={path !== null && pathOf(row) === path}
              onPress={() => {
                setMarked(pathOf(row) ?? null);
                run(moveInTree(rows, index, 'Enter'));
              }}
            />
          );
        })}
      </TreeBox>
    </ContextMenu>
  );
}

function rowId(index: number): string {
  return `tree-row-${index}`;
}

function pathOf(row: TreeRow | undefined): string | undefined {
  return row?.kind === 'entry' ? row.entry.path : undefined;
}

function keyOf(row: TreeRow | undefined, index: number): string | number {
  if (row === undefined) return index;
  return row.kind === 'entry' ? `/${row.entry.path}` : `${row.path} ${row.text}`;
}

/** The next row whose name begins with a letter, round the end. */
function findByLetter(rows: TreeRow[], at: number, letter: string): number | null {
  for (let step = 1; step <= rows.length; step += 1) {
    const index = (at + step) % rows.length;
    const row = rows[index];
    if (row?.kind === 'entry' && row.entry.name.toLowerCase().startsWith(letter.toLowerCase())) return index;
  }
  return null;
}
