import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connection, Table } from '@lancedb/lancedb';
import type * as ArrowModule from 'apache-arrow';
import { z } from 'zod';
import { AppError, toAppError } from '#server/kernel/errors.ts';

/** What the vectors of a table were made with. Those of other facts cannot be compared with them. */
export const VectorFacts = z.strictObject({
  embedderId: z.string(),
  modelHash: z.string(),
  dimensions: z.int().min(1),
  /** Of the way texts are cut: raised when other texts would be embedded. */
  chunker: z.int(),
});
export type VectorFacts = z.infer<typeof VectorFacts>;

/** A vector that is near. `distance` is 1 minus the cosine: 0 for the same direction. */
export interface NearVector {
  textHash: string;
  distance: number;
}

/** Rows to add: vectors one after the other, as many as hashes. */
export interface VectorRows {
  hashes: string[];
  /** Of each text without its path, as `TextSource` tells it; none where texts do not move. */
  bodies?: string[] | undefined;
  vectors: Float32Array;
}

/** From so many rows on short codes are read in place of the vectors; below, reading all of them takes no longer. */
const CODES_FROM_ROWS = 10_000;
/**
 * RaBitQ codes of 4 bits a dimension, all in one list: of the exact nearest 50 of 50,000 random vectors, 0.999 are found
 * when twice as many as wanted are compared exactly, in a third of the time of reading everything.
 */
const CODES = { distanceType: 'dot', numPartitions: 1, numBits: 4 } as const;
const COMPARED_EXACTLY = 2;
/** RaBitQ takes dimensions by eights. */
const CODED_DIMENSIONS = 8;
const CODES_NAME = 'vector_idx';
/** Rows without a code are read whole at each search; giving codes to a few may write those of all again. */
const MOST_WITHOUT_CODE = 2_000;
const MOST_VERSIONS = 50;
/** A search that runs may still read what is older. Milliseconds. */
const KEPT_VERSIONS_MS = 60_000;
const HASHES_IN_ONE_QUERY = 500;
/** Bytes: LanceDB's own limits are 6 GB and 1 GB. */
const INDEX_CACHE = 128 * 2 ** 20;
const METADATA_CACHE = 16 * 2 ** 20;

interface OpenTable {
  name: string;
  facts: VectorFacts;
  table: Table;
  /** Searched by codes. */
  coded: boolean;
  /** Writes since it was last tidied up. */
  writes: number;
}

/**
 * The vectors of all owners (workspaces, and the messages) in a folder: a table for each owner and facts, and a file
 * `<owner>.json` that names the facts whose table is complete and answers. All of it is derived: a table that cannot
 * be read is removed, and the call fails with `gone`, so that it is built again.
 */
export class VectorTables {
  readonly #folder: string;
  readonly #open = new Map<string, Promise<OpenTable>>();
  #connection: Promise<Connection> | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The facts of the table that answers for the owner; null when none is complete. */
  async answering(owner: string): Promise<VectorFacts | null> {
    const facts = VectorFacts.safeParse(written(this.#pointer(owner)));
    if (!facts.success) return null;
    return existsSync(join(this.#folder, `${tableName(owner, facts.data)}.lance`)) ? facts.data : null;
  }

  /** Hashes that have a vector; makes the table when there is none. Errors: gone, insufficient_storage. */
  async hashes(owner: string, facts: VectorFacts): Promise<Set<string>> {
    return this.#reading(owner, facts, async ({ table }) => {
      const hashes = new Set<string>();
      for await (const batch of table.query().select(['hash'])) {
        for (const hash of batch.getChild('hash') ?? []) hashes.add(String(hash));
      }
      return hashes;
    });
  }

  /** The caller adds no hash twice. Errors: gone, insufficient_storage. */
  async add(owner: string, facts: VectorFacts, rows: VectorRows): Promise<void> {
    if (rows.hashes.length === 0) return;
    const data = toArrow(loadArrow(), facts, rows);
    await this.#reading(owner, facts, async (open) => {
      await open.table.add(data);
      open.writes += 1;
      if (open.writes >= MOST_VERSIONS) await tidy(open);
    });
  }

  /** Copies what another owner's table with the same facts has of these. Answers with the hashes that were found. */
  async copy(owner: string, facts: VectorFacts, wanted: ReadonlySet<string>): Promise<Set<string>> {
    const left = new Set(wanted);
    const own = tableName(owner, facts);
    const suffix = own.slice(own.indexOf('.'));
    for (const name of await this.#names()) {
      if (left.size === 0) break;
      if (name === own || !name.endsWith(suffix)) continue;
      const other = name.slice(0, -suffix.length);
      const there = await this.hashes(other, facts).catch(() => new Set<string>());
      const found = [...left].filter((hash) => there.has(hash));
      for (let from = 0; from < found.length; from += HASHES_IN_ONE_QUERY) {
        const rows = await this.vectors(other, facts, found.slice(from, from + HASHES_IN_ONE_QUERY));
        await this.add(owner, facts, rows);
        for (const hash of rows.hashes) left.delete(hash);
      }
    }
    return new Set([...wanted].filter((hash) => !left.has(hash)));
  }

  /** The vectors of these hashes that are there, in any order. */
  async vectors(owner: string, facts: VectorFacts, hashes: readonly string[]): Promise<VectorRows> {
    return this.#reading(owner, facts, async ({ table }) => {
      const found: VectorRows = { hashes: [], vectors: new Float32Array(hashes.length * facts.dimensions) };
      if (hashes.length === 0) return found;
      const rows = await table.query().where(among(hashes)).select(['hash', 'body', 'vector']).toArrow();
      const [names, vectors] = [rows.getChild('hash'), rows.getChild('vector')];
      const [bodies, bodyAt]: [string[], typeof names] = [[], rows.getChild('body')];
      for (let row = 0; row < Math.min(rows.numRows, hashes.length); row += 1) {
        const vector: unknown = vectors?.get(row)?.toArray();
        if (!(vector instanceof Float32Array)) continue;
        found.vectors.set(vector, found.hashes.length * facts.dimensions);
        found.hashes.push(String(names?.get(row)));
        bodies.push(String(bodyAt?.get(row)));
      }
      found.bodies = bodies;
      found.vectors = found.vectors.slice(0, found.hashes.length * facts.dimensions);
      return found;
    });
  }

  /** Hashes by the body of their text. Errors: gone. */
  async bodies(owner: string, facts: VectorFacts): Promise<Map<string, string>> {
    return this.#reading(owner, facts, async ({ table }) => {
      const found = new Map<string, string>();
      for await (const batch of table.query().select(['hash', 'body'])) {
        const [names, bodies] = [batch.getChild('hash'), batch.getChild('body')];
        for (let row = 0; row < batch.numRows; row += 1) {
          const [hash, body] = [String(names?.get(row)), String(bodies?.get(row))];
          if (body !== '') found.set(body, hash);
        }
      }
      return found;
    });
  }

  /** Hands over every vector; it is only good until the next one. */
  async each(
    owner: string,
    facts: VectorFacts,
    take: (hash: string, vector: ArrayLike<number>) => void,
  ): Promise<void> {
    await this.#reading(owner, facts, async ({ table }) => {
      for await (const batch of table.query().select(['hash', 'vector'])) {
        const [hashes, vectors] = [batch.getChild('hash'), batch.getChild('vector')];
        for (let row = 0; row < batch.numRows; row += 1) {
          const vector: unknown = vectors?.get(row)?.toArray();
          if (vector instanceof Float32Array) take(String(hashes?.get(row)), vector);
        }
      }
    });
  }

  async remove(owner: string, facts: VectorFacts, hashes: readonly string[]): Promise<void> {
    await this.#reading(owner, facts, async (open) => {
      for (let from = 0; from < hashes.length; from += HASHES_IN_ONE_QUERY) {
        await open.table.delete(among(hashes.slice(from, from + HASHES_IN_ONE_QUERY)));
        open.writes += 1;
      }
    });
  }

  /** This table answers from now on; the owner's other tables are removed. */
  async complete(owner: string, facts: VectorFacts): Promise<void> {
    const name = tableName(owner, facts);
    const draft = `${this.#pointer(owner)}.new`;
    try {
      await writeFile(draft, JSON.stringify(facts), { mode: 0o600 });
      await rename(draft, this.#pointer(owner));
    } catch (error) {
      throw toAppError(error);
    }
    for (const other of await this.#names()) {
      if (other !== name && other.startsWith(`${owner}.`)) await this.#drop(other);
    }
  }

  /** Merges small parts, drops old versions, and gives codes to the rows of a table that is large enough for them. */
  async tidy(owner: string, facts: VectorFacts): Promise<void> {
    await this.#reading(owner, facts, async (open) => {
      const { table } = open;
      if (open.coded) {
        const without = (await table.indexStats(CODES_NAME))?.numUnindexedRows ?? 0;
        if (open.writes >= MOST_VERSIONS || without > MOST_WITHOUT_CODE) await tidy(open);
        return;
      }
      if (open.writes > 0) await tidy(open);
      if (facts.dimensions % CODED_DIMENSIONS > 0 || (await table.countRows()) < CODES_FROM_ROWS) return;
      const { Index } = await import('@lancedb/lancedb');
      await table.createIndex('vector', { config: Index.ivfRq(CODES), name: CODES_NAME });
      open.coded = true;
    });
  }

  /** Nearest first, from the table that answers; empty when none does or the vector has other dimensions. */
  async nearest(owner: string, vector: Float32Array, limit: number): Promise<NearVector[]> {
    const facts = await this.answering(owner);
    if (facts === null || facts.dimensions !== vector.length) return [];
    return this.#reading(owner, facts, async ({ table, coded }) => {
      const query = table.vectorSearch(vector).distanceType('dot').select(['hash', '_distance']).limit(limit);
      const rows = await (coded ? query.refineFactor(COMPARED_EXACTLY) : query).toArrow();
      const [hashes, distances] = [rows.getChild('hash'), rows.getChild('_distance')];
      return Array.from({ length: rows.numRows }, (_, row) => ({
        textHash: String(hashes?.get(row)),
        distance: Number(distances?.get(row)),
      }));
    });
  }

  /** Removes all of the owner. */
  async forget(owner: string): Promise<void> {
    await rm(this.#pointer(owner), { force: true });
    for (const name of await this.#names()) if (name.startsWith(`${owner}.`)) await this.#drop(name);
  }

  async close(): Promise<void> {
    for (const open of this.#open.values()) {
      await open.then(
        ({ table }) => table.close(),
        () => undefined,
      );
    }
    this.#open.clear();
    (await this.#connection?.catch(() => undefined))?.close();
    this.#connection = undefined;
  }

  #pointer(owner: string): string {
    return join(this.#folder, `${owner}.json`);
  }

  /** Names of the tables that lie in the folder, by their folders: LanceDB pages its own list. */
  async #names(): Promise<string[]> {
    const entries = await readdir(this.#folder).catch(() => []);
    return entries.filter((entry) => entry.endsWith('.lance')).map((entry) => entry.slice(0, -6));
  }

  async #connect(): Promise<Connection> {
    this.#connection ??= (async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const { connect, Session } = await import('@lancedb/lancedb');
      return connect(this.#folder, {}, new Session(BigInt(INDEX_CACHE), BigInt(METADATA_CACHE)));
    })();
    try {
      return await this.#connection;
    } catch (error) {
      this.#connection = undefined;
      throw asStorage(error);
    }
  }

  async #table(owner: string, facts: VectorFacts): Promise<OpenTable> {
    const name = tableName(owner, facts);
    const open = this.#open.get(name) ?? this.#openTable(name, facts);
    this.#open.set(name, open);
    try {
      return await open;
    } catch (error) {
      this.#open.delete(name);
      throw error;
    }
  }

  async #openTable(name: string, facts: VectorFacts): Promise<OpenTable> {
    const connection = await this.#connect();
    if (!(await this.#names()).includes(name)) {
      const table = await connection.createEmptyTable(name, schemaOf(loadArrow(), facts));
      return { name, facts, table, coded: false, writes: 0 };
    }
    const table = await connection.openTable(name);
    const coded = (await table.listIndices()).length > 0;
    return { name, facts, table, coded, writes: await table.version() };
  }

  /** Runs on the table. Whatever fails is looked into: a table that cannot be read whole any more is removed. */
  async #reading<Value>(owner: string, facts: VectorFacts, work: (open: OpenTable) => Promise<Value>) {
    const name = tableName(owner, facts);
    try {
      return await work(await this.#table(owner, facts));
    } catch (error) {
      const known = asStorage(error);
      if (known instanceof AppError) throw known;
      if (await this.#isReadable(name, facts)) throw error;
      await this.#drop(name);
      const message = 'The vectors on the disk could not be read. They are built again.';
      throw new AppError('gone', message, { cause: error });
    }
  }

  async #isReadable(name: string, facts: VectorFacts): Promise<boolean> {
    try {
      this.#open.delete(name);
      if (!(await this.#names()).includes(name)) return false;
      const table = await (await this.#connect()).openTable(name);
      const size = (await table.schema()).fields.find((field) => field.name === 'vector')?.type.listSize;
      for await (const batch of table.query().select(['hash', 'vector'])) if (batch.numRows < 0) return false;
      return size === facts.dimensions;
    } catch {
      // Why is told by the error that led here.
      return false;
    }
  }

  async #drop(name: string): Promise<void> {
    const open = await this.#open.get(name)?.catch(() => undefined);
    this.#open.delete(name);
    open?.table.close();
    await rm(join(this.#folder, `${name}.lance`), { recursive: true, force: true });
  }
}

/** Owner first, so that all of an owner is found; then what the facts are, so that other facts are another table. */
function tableName(owner: string, { embedderId, modelHash, dimensions, chunker }: VectorFacts): string {
  const facts = JSON.stringify([embedderId, modelHash, dimensions, chunker]);
  return `${owner}.${createHash('sha256').update(facts).digest('hex').slice(0, 24)}`;
}

/** A list for a filter. Hashes come from the index, and may hold nothing that ends a text in SQL. */
function among(hashes: readonly string[]): string {
  return `hash IN (${hashes.map((hash) => `'${hash.replaceAll("'", "''")}'`).join(',')})`;
}

async function tidy(open: OpenTable): Promise<void> {
  await open.table.optimize({ cleanupOlderThan: new Date(Date.now() - KEPT_VERSIONS_MS) });
  open.writes = 0;
}

type Arrow = typeof ArrowModule;

/** LanceDB requires its CommonJS build, and takes no tables of the other one. Loaded late: it is large. */
function loadArrow(): Arrow {
  return createRequire(import.meta.url)('apache-arrow');
}

function schemaOf({ Schema, Field, Utf8, FixedSizeList, Float32 }: Arrow, { dimensions }: VectorFacts) {
  const item = new Field('item', new Float32(), true);
  return new Schema([
    new Field('hash', new Utf8(), false),
    new Field('body', new Utf8(), false),
    new Field('vector', new FixedSizeList(dimensions, item), false),
  ]);
}

/** Built from the bytes that are there: reading vectors number by number took ten times as long. */
function toArrow(arrow: Arrow, facts: VectorFacts, { hashes, bodies, vectors }: VectorRows) {
  const schema = schemaOf(arrow, facts);
  const [names] = arrow.vectorFromArray(hashes, new arrow.Utf8()).data;
  const [texts] = arrow.vectorFromArray(bodies ?? hashes.map(() => ''), new arrow.Utf8()).data;
  if (!names || texts?.length !== hashes.length || vectors.length !== hashes.length * facts.dimensions) {
    throw new AppError('internal', 'Vectors of other dimensions than their table were to be written.');
  }
  const type = new arrow.FixedSizeList(facts.dimensions, new arrow.Field('item', new arrow.Float32(), true));
  const child = arrow.makeData({ type: new arrow.Float32(), data: vectors });
  const list = arrow.makeData({ type, length: hashes.length, child });
  const struct = new arrow.Struct(schema.fields);
  const data = arrow.makeData({ type: struct, length: hashes.length, children: [names, texts, list] });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
}

/** LanceDB tells of a full disk in words only. */
function asStorage(error: unknown): unknown {
  if (error instanceof AppError) return error;
  if (!/no space left|os error (28|122)|quota exceeded|file too large|os error 27/i.test(String(error)))
    return error;
  const message =
    'The disk is full: vectors could not be written. Free some space; what is there still answers.';
  return new AppError('insufficient_storage', message, { cause: error });
}

/** Every search reads it: at once, because waiting for a turn takes longer than a few bytes. */
function written(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
