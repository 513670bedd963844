import { expect, test } from 'vitest';
import { runningIndexes } from './running-indexes.ts';

const WORKSPACES = [
  { id: 'a', name: 'atlas' },
  { id: 'b', name: 'birch' },
];
const INDEXED = { files: 0, chunks: 0, symbols: 0, lines: 0, skipped: 0, failed: 0 };

function state(
  status: 'waiting' | 'scanning' | 'indexing' | 'watching',
  files: { done: number; total: number | null },
) {
  return { workspace_id: 'a', status, files, indexed: INDEXED };
}

test('a folder that is read has its share, none while its files are counted', () => {
  const running = (share: number | null) => [{ id: 'a', name: 'atlas', fraction: share }];
  expect(runningIndexes(WORKSPACES, [state('indexing', { done: 30, total: 120 })])).toEqual(running(0.25));
  expect(runningIndexes(WORKSPACES, [state('scanning', { done: 0, total: null })])).toEqual(running(null));
  expect(runningIndexes(WORKSPACES, [state('waiting', { done: 0, total: null })])).toEqual(running(null));
});

test('nothing is said of a folder that is up to date, or only looked through for changes', () => {
  const known = { ...INDEXED, files: 120 };
  expect(runningIndexes(WORKSPACES, [state('watching', { done: 120, total: 120 })])).toEqual([]);
  expect(
    runningIndexes(WORKSPACES, [{ ...state('scanning', { done: 0, total: null }), indexed: known }]),
  ).toEqual([]);
  expect(runningIndexes(WORKSPACES, [])).toEqual([]);
});
