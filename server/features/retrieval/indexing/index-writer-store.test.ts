import fc from 'fast-check';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openIndexToRead } from './index-schema-store.ts';
import { type FileChange, IndexWriter } from './index-writer-store.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-writer-'));
  path = join(folder, 'index.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

function indexed(name: string, chunks: number, word = 'word'): FileChange {
  const lines = chunks * 10;
  const chunk = { kind: 'function', container: null, signature: null, header: name } as const;
  return {
    kind: 'indexed',
    file: { path: name, size: 1, modifiedMs: 1, hash: word, language: 'python', lines, isTest: false },
    contents: {
      chunks: Array.from({ length: chunks }, (_, at) => ({
        ...{ ...chunk, name: `f${at}`, line: at * 10 + 1, endLine: at * 10 + 10, characters: 10 },
        ...{ textHash: `${name}${at}${word}`, shape: -5n },
        words: () => ({ name: `f${at}`, path: name, body: word }),
      })),
      symbols: Array.from({ length: chunks }, (_, at) => ({
        ...{ kind: 'function' as const, name: `F${at}`, container: null, signature: null },
        ...{ line: at * 10 + 1, endLine: at * 10 + 10, exported: true },
      })),
      references: Array.from({ length: chunks }, (_, at) => ({
        name: 'g',
        kind: 'call' as const,
        line: at * 10 + 5,
      })),
      imports: [{ specifier: './other', names: ['g'], line: 1 }],
      problem: null,
    },
  };
}

const file = { size: 1, modifiedMs: 2, hash: null, language: null, lines: 7, isTest: false };
const change = fc.oneof(
  fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), chunks: fc.nat(3), word: fc.constantFrom('x', 'y') })
    .map(({ name, chunks, word }) => indexed(name, chunks, word)),
  fc.constantFrom('a', 'b', 'c').map((name): FileChange => ({ kind: 'gone', path: name })),
  fc
    .record({ name: fc.constantFrom('a', 'b', 'c'), kind: fc.constantFrom('skipped', 'failed') })
    .map(({ name, kind }): FileChange => ({ kind, file: { ...file, path: name }, reason: 'So.' })),
);

test('after any changes the totals are what is there, and the words found are those of the files there', () => {
  const writer = new IndexWriter(path);
  const reading = openIndexToRead(path);
  const count = (sql: string) => Number(reading.prepare(sql).pluck().get());
  fc.assert(
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), (batches) => {
      for (const batch of batches) writer.write(batch);
      expect(writer.totals).toEqual({
        files: count("select count(*) from files where status = 'indexed'"),
        skipped: count("select count(*) from files where status = 'skipped'"),
        failed: count("select count(*) from files where status = 'failed'"),
        lines: count('select coalesce(sum(lines), 0) from files'),
        chunks: count('select count(*) from chunks'),
        symbols: count('select count(*) from symbols'),
      });
      const found = reading
        .prepare("select rowid from chunk_words where chunk_words match 'x OR y'")
        .pluck()
        .all();
      expect(new Set(found)).toEqual(new Set(reading.prepare('select id from chunks').pluck().all()));
      expect(count('select count(*) from refs')).toBe(count('select count(*) from chunks'));
      expect(count('select count(*) from imports')).toBe(writer.totals.files);
    }),
    { numRuns: 40 },
  );
  reading.close();
  writer.close();
});

test('an edit keeps the rows of the chunks that it did not change, at their new lines', () => {
  const writer = new IndexWriter(path);
  const reading = openIndexToRead(path);
  const rows = () =>
    reading.prepare('select id, text_hash as hash, ordinal, line from chunks order by ordinal').all() as {
      id: number;
      hash: string;
      line: number;
    }[];
  writer.write([indexed('a', 3, 'x')]);
  const before = rows();
  const edited = indexed('a', 3, 'x');
  const first = indexed('a', 1, 'y');
  if (edited.kind === 'indexed' && first.kind === 'indexed') {
    const [, ...kept] = edited.contents.chunks.map((chunk) => ({
      ...chunk,
      line: chunk.line + 2,
      endLine: chunk.endLine + 2,
    }));
    edited.contents.chunks = [...first.contents.chunks, ...kept];
  }
  writer.write([edited]);
  const after = rows();
  expect(after.slice(1).map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
  expect(after.map(({ line }) => line)).toEqual([1, 13, 23]);
  expect(after[0]).toMatchObject({ hash: 'a0y' });
  const found = (word: string) =>
    reading.prepare('select count(*) from chunk_words where chunk_words match ?').pluck().get(word);
  expect([found('x'), found('y')]).toEqual([2, 1]);
  reading.close();
  writer.close();
});

test('references and chunks know the symbol they belong to', () => {
  const writer = new IndexWriter(path);
  writer.write([indexed('b', 1), indexed('a', 3)]);
  const reading = openIndexToRead(path);
  const rows = reading
    .prepare(
      `select symbols.name, chunks.name as chunk from refs join symbols on symbols.id = symbol_id
       join chunks on chunks.id = chunk_id join files on files.id = refs.file_id where path = 'a' order by refs.line`,
    )
    .all();
  expect(rows).toEqual([
    { name: 'F0', chunk: 'f0' },
    { name: 'F1', chunk: 'f1' },
    { name: 'F2', chunk: 'f2' },
  ]);
  reading.close();
  writer.close();
});

test('an index opened again goes on from what was committed', () => {
  const first = new IndexWriter(path);
  first.write([indexed('a', 2), { kind: 'skipped', file: { ...file, path: 'b' }, reason: 'It is binary.' }]);
  const { totals } = first;
  first.close();
  const again = new IndexWriter(path);
  expect(again.totals).toEqual(totals);
  expect(again.find('a')).toMatchObject({ hash: 'word', status: 'indexed' });
  expect([...again.known().keys()].toSorted()).toEqual(['a', 'b']);
  again.close();
});

test('a change that fails in the middle of a batch leaves nothing of the batch', () => {
  const writer = new IndexWriter(path);
  writer.write([indexed('a', 1)]);
  const broken = indexed('b', 1);
  if (broken.kind === 'indexed') Object.assign(broken.file, { size: null });
  expect(() => writer.write([indexed('a', 3, 'new'), broken])).toThrow();
  expect(writer.totals).toMatchObject({ files: 1, chunks: 1 });
  expect(writer.find('a')?.hash).toBe('word');
  writer.close();
});

test('parts of the word index are merged in steps until there is one', () => {
  const writer = new IndexWriter(path);
  for (let at = 0; at < 12; at += 1) writer.write([indexed(`f${at}`, 2, `w${at}`)]);
  writer.beginMerge();
  let steps = 0;
  while (writer.mergeWords()) steps += 1;
  const reading = openIndexToRead(path);
  const segments = Number(reading.prepare('select count(distinct segid) from chunk_words_idx').pluck().get());
  expect(segments).toBeLessThanOrEqual(1);
  expect(steps).toBeLessThan(100);
  reading.close();
  writer.close();
});
