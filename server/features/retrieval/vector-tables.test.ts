import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seeded } from './seeded.ts';
import { type VectorFacts, type VectorRows, VectorTables } from './vector-tables.ts';

const facts: VectorFacts = { embedderId: 'test', modelHash: 'a', dimensions: 4, chunker: 1 };
const owner = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
let folder: string;
let tables: VectorTables;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-vectors-'));
  tables = new VectorTables(folder);
});
afterEach(async () => {
  await tables.close();
  rmSync(folder, { recursive: true, force: true });
});

function rows(entries: Record<string, number[]>): VectorRows {
  return { hashes: Object.keys(entries), vectors: Float32Array.from(Object.values(entries).flat()) };
}

const near = (vector: number[], limit = 5) => tables.nearest(owner, Float32Array.from(vector), limit);
const four = { east: [1, 0, 0, 0], north: [0, 1, 0, 0], between: [0.6, 0.8, 0, 0], down: [0, 0, -1, 0] };

async function complete(): Promise<void> {
  await tables.add(owner, facts, rows(four));
  await tables.complete(owner, facts);
}

describe('a table of vectors', () => {
  it('answers with the nearest first, and how far they are', async () => {
    await complete();
    const found = await near([1, 0, 0, 0], 2);
    expect(found.map(({ textHash }) => textHash)).toEqual(['east', 'between']);
    expect(found[0]!.distance).toBeCloseTo(0, 5);
    expect(found[1]!.distance).toBeCloseTo(0.4, 5);
  });

  it('answers only once it is complete, and still after a restart', async () => {
    await tables.add(owner, facts, rows(four));
    expect(await near([1, 0, 0, 0])).toEqual([]);
    await tables.complete(owner, facts);
    await tables.close();
    tables = new VectorTables(folder);
    expect(await tables.answering(owner)).toEqual(facts);
    expect(await near([1, 0, 0, 0], 1)).toMatchObject([{ textHash: 'east' }]);
  });

  it('of other dimensions is built beside the old one, which answers until then', async () => {
    await complete();
    const other: VectorFacts = { ...facts, embedderId: 'other', dimensions: 2 };
    await tables.add(owner, other, rows({ east: [1, 0] }));
    expect(await near([1, 0, 0, 0], 1)).toMatchObject([{ textHash: 'east' }]);
    expect(await near([1, 0])).toEqual([]);
    await tables.complete(owner, other);
    expect(await near([1, 0])).toMatchObject([{ textHash: 'east' }]);
    expect(await near([1, 0, 0, 0])).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.endsWith('.lance'))).toHaveLength(1);
  });

  it('whose folder was deleted is empty again and can be filled', async () => {
    await complete();
    rmSync(folder, { recursive: true });
    expect(await near([1, 0, 0, 0])).toEqual([]);
    await expect(tables.hashes(owner, facts)).rejects.toMatchObject({ code: 'gone' });
    expect(await tables.hashes(owner, facts)).toEqual(new Set());
    await complete();
    expect(await near([0, 1, 0, 0], 1)).toMatchObject([{ textHash: 'north' }]);
  });

  it.each<[what: string, spoil: (table: string) => void]>([
    ['a cut file of vectors', (table) => eachFile(join(table, 'data'), (file) => truncateSync(file, 20))],
    ['missing vectors', (table) => rmSync(join(table, 'data'), { recursive: true })],
    ['a spoiled list', (table) => eachFile(join(table, '_versions'), (file) => writeFileSync(file, 'junk'))],
  ])('with %s is removed and can be filled', async (_what, spoil) => {
    await complete();
    await tables.close();
    tables = new VectorTables(folder);
    const [table] = readdirSync(folder).filter((name) => name.endsWith('.lance'));
    spoil(join(folder, table!));
    await expect(near([1, 0, 0, 0])).rejects.toMatchObject({ code: 'gone' });
    expect(await near([1, 0, 0, 0])).toEqual([]);
    await complete();
    expect(await near([1, 0, 0, 0], 1)).toMatchObject([{ textHash: 'east' }]);
  });

  it('takes over vectors of the same texts from another workspace', async () => {
    const other = '01ARZ3NDEKTSV4RRFFQ69G5FAW';
    await tables.add(other, facts, rows(four));
    const found = await tables.copy(owner, facts, new Set(['north', 'down', 'new']));
    expect(found).toEqual(new Set(['north', 'down']));
    expect(await tables.hashes(owner, facts)).toEqual(found);
    await tables.complete(owner, facts);
    expect((await near([0, 0, -1, 0], 1))[0]).toMatchObject({ textHash: 'down' });
  });

  it('forgets single texts and whole workspaces', async () => {
    await complete();
    await tables.remove(owner, facts, ['east', "o'hara"]);
    expect(await near([1, 0, 0, 0], 1)).toMatchObject([{ textHash: 'between' }]);
    await tables.forget(owner);
    expect(readdirSync(folder).filter((name) => name.includes(owner))).toEqual([]);
  });

  it('stays small over many writes and keeps all of them', async () => {
    for (let write = 0; write < 60; write += 1) {
      await tables.add(owner, facts, rows({ [`text ${write}`]: [1, 0, 0, write] }));
    }
    await tables.tidy(owner, facts);
    expect((await tables.hashes(owner, facts)).size).toBe(60);
  });
});

describe('a table of many vectors', () => {
  const wide: VectorFacts = { ...facts, dimensions: 48 };
  const random = seeded(3);
  const unit = () => {
    const vector = Array.from({ length: wide.dimensions }, () => random() - 0.5);
    const length = Math.hypot(...vector);
    return vector.map((value) => value / length);
  };

  it('is searched by short codes that find what is nearest, also of rows that came and went since', async () => {
    const all = Array.from({ length: 11_000 }, (_, at) => ({ hash: `text ${at}`, vector: unit() }));
    const put = (some: typeof all) =>
      tables.add(owner, wide, rows(Object.fromEntries(some.map(({ hash, vector }) => [hash, vector]))));
    await put(all);
    await tables.complete(owner, wide);
    await tables.tidy(owner, wide);
    const [table] = readdirSync(folder).filter((name) => name.endsWith('.lance'));
    expect(readdirSync(join(folder, table!))).toContain('_indices');

    const later = Array.from({ length: 50 }, (_, at) => ({ hash: `later ${at}`, vector: unit() }));
    await put(later);
    const gone = all.splice(0, 500);
    await tables.remove(
      owner,
      wide,
      gone.map(({ hash }) => hash),
    );
    const there = [...all, ...later];
    const share = async () => {
      let found = 0;
      for (let question = 0; question < 20; question += 1) {
        const asked = unit();
        const exact = there
          .map(({ hash, vector }) => ({ hash, like: vector.reduce((sum, x, at) => sum + x * asked[at]!, 0) }))
          .sort((a, b) => b.like - a.like)
          .slice(0, 50);
        const answered = new Map((await near(asked, 100)).map((hit) => [hit.textHash, hit.distance]));
        for (const { hash, like } of exact) {
          const distance = answered.get(hash);
          if (distance === undefined) continue;
          found += 1;
          expect(distance).toBeCloseTo(1 - like, 4);
        }
      }
      return found / (20 * 50);
    };
    expect(await share()).toBeGreaterThan(0.98);
    expect((await near(later[0]!.vector, 1))[0]?.textHash).toBe('later 0');
    expect((await near(gone[0]!.vector, 1))[0]?.textHash).not.toBe('text 0');
    await tables.close();
    tables = new VectorTables(folder);
    await tables.tidy(owner, wide);
    expect(await share()).toBeGreaterThan(0.98);
  });

  it('takes vectors of an odd number of dimensions', async () => {
    const odd: VectorFacts = { ...facts, dimensions: 9 };
    const hashes = Array.from({ length: 10_500 }, (_, at) => `text ${at}`);
    const vectors = Float32Array.from({ length: hashes.length * odd.dimensions }, () => random() - 0.5);
    await tables.add(owner, odd, { hashes, vectors });
    await tables.complete(owner, odd);
    await tables.tidy(owner, odd);
    expect(await tables.nearest(owner, vectors.subarray(0, odd.dimensions), 100)).toHaveLength(100);
  });
});

describe('a table of a daemon that', () => {
  const script = join(import.meta.dirname, 'testing/endless-vectors.ts');
  const written: VectorFacts = { ...facts, dimensions: 384 };

  /** Lines of a process that writes vectors, until `enough` of them. */
  async function write(command: string, enough: (line: string) => boolean): Promise<number> {
    const child = spawn('bash', ['-c', command, 'bash', process.execPath, script, folder]);
    let last = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      if (/^\d+$/.test(line)) last = Number(line);
      if (enough(line)) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return last;
  }

  const usable = async (least: number) => {
    const there = await tables.hashes('owner', written);
    expect(there.size).toBeGreaterThanOrEqual(least);
    const question = new Float32Array(384).fill(0.05);
    expect(await tables.nearest('owner', question, 10)).toHaveLength(10);
    const hashes = ['one more'];
    await tables.add('owner', written, { hashes, vectors: question });
    expect((await tables.hashes('owner', written)).size).toBe(there.size + 1);
  };

  it.each([3, 12, 31])('was killed after %d writes has what was written, and takes more', async (writes) => {
    await usable(await write('exec "$1" "$2" "$3"', (line) => line === String(writes * 100)));
  });

  it('met a full disk answers with what is there, and takes more when there is room', async () => {
    let said = '';
    // As a full disk: no file may grow beyond 4 MB, which merging small files wants to.
    const last = await write('ulimit -f 4000; exec "$1" "$2" "$3"', (line) => {
      said = line;
      return !/^\d+$/.test(line);
    });
    expect(said).toBe('insufficient_storage');
    await usable(last);
  });
});

function eachFile(folder: string, change: (file: string) => void): void {
  for (const name of readdirSync(folder)) change(join(folder, name));
}
