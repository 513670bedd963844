import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Database } from '#db/client.ts';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { ConversationMap } from '../contract.ts';
import type { ConversationStore } from '../conversation-store.ts';
import { MESSAGES, type Vectors } from '../../vectors.ts';
import { DrawnMap } from './drawn-map.ts';
import type { MapOrder } from './map-thread.ts';

interface MapParts {
  home: string;
  database: Pick<Database, 'path'>;
  store: ConversationStore;
  vectors: Vectors;
  log: Log;
  /** A drawing began or ended. */
  changed(status: ConversationMap['status']): void;
}

const LIMIT_MS = 600_000;
/** Share of conversations that may change before the map is drawn again. */
const CHANGED_SHARE = 0.05;
const LEAST = 2;

/** The map of conversations: drawn in a thread of its own when it is looked at and no longer true, and kept in a file. */
export class ConversationMaps {
  readonly #parts: MapParts;
  readonly #file: string;
  readonly #stopping = new AbortController();
  #kept: Promise<DrawnMap | null> | undefined;
  #drawing: Promise<void> | undefined;
  #error: string | null = null;

  constructor(parts: MapParts) {
    this.#parts = parts;
    this.#file = join(parts.home, 'vectors', 'conversations.map.json');
  }

  /** The map there is. Begins to draw one where there is none or it is stale, unless the last attempt failed. */
  async look(): Promise<ConversationMap> {
    const kept = await this.drawn();
    const stale = this.#isStale(kept);
    if (stale && this.#error === null) this.#begin();
    return this.#show(kept, stale);
  }

  /** Draws it again. */
  async draw(): Promise<ConversationMap> {
    this.#begin();
    return this.#show(await this.drawn(), false);
  }

  async drawn(): Promise<DrawnMap | null> {
    this.#kept ??= readFile(this.#file, 'utf8').then(
      (text) => DrawnMap.parse(JSON.parse(text)),
      // None was drawn yet, or it is of another version: it is drawn when somebody looks.
      () => null,
    );
    return this.#kept.catch(() => null);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new AppError('conflict', 'The daemon is stopping.'));
    await this.#drawing;
  }

  #isStale(kept: DrawnMap | null): boolean {
    const { total, changed } = this.#parts.store.changes(kept?.madeAt ?? 0);
    if (total < LEAST) return false;
    if (kept === null || changed > Math.max(1, total * CHANGED_SHARE)) return true;
    return kept.method === 'words' && this.#parts.vectors.state(MESSAGES).status === 'ready' && total > 0;
  }

  #show(kept: DrawnMap | null, stale: boolean): ConversationMap {
    const points = kept?.points ?? [];
    const titles = this.#parts.store.titles(points.map(({ id }) => id));
    const shown = points.flatMap(({ id, x, y, cluster }) => {
      const entry = titles.get(id);
      return entry ? [{ id, title: entry.title, updated_at: entry.updatedAt, x, y, cluster }] : [];
    });
    const status = this.#drawing ? 'running' : this.#error !== null ? 'failed' : kept ? 'ready' : 'none';
    return {
      status,
      method: kept?.method ?? 'words',
      points: shown,
      clusters: (kept?.names ?? []).map((name, id) => ({
        ...{ id, name },
        size: shown.filter(({ cluster }) => cluster === id).length,
      })),
      left_out: kept?.leftOut ?? 0,
      made_at: kept?.madeAt ?? null,
      ...{ stale, error: this.#error },
    };
  }

  #begin(): void {
    if (this.#drawing || this.#stopping.signal.aborted) return;
    this.#error = null;
    this.#drawing = this.#drawAnew()
      .then((drawn) => {
        this.#kept = Promise.resolve(drawn);
      })
      .catch((error: unknown) => {
        if (this.#stopping.signal.aborted) return;
        this.#parts.log.warn({ err: error }, 'the map of conversations could not be drawn');
        this.#error = toAppError(error).message;
      })
      .finally(() => {
        this.#drawing = undefined;
        this.#parts.changed(this.#error === null ? 'ready' : 'failed');
      });
    this.#parts.changed('running');
  }

  async #drawAnew(): Promise<DrawnMap> {
    const { database, vectors, log } = this.#parts;
    const places = { kind: 'messages', database: database.path } as const;
    const given = vectors.isReady(MESSAGES)
      ? await vectors.conversationVectors(places).catch((error: unknown) => {
          log.warn({ err: error }, 'vectors could not be read; the map is drawn by words');
          return null;
        })
      : null;
    const drawn = await inThread({ database: database.path, vectors: given }, this.#stopping.signal);
    const draft = `${this.#file}.new`;
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await writeFile(draft, JSON.stringify(drawn), { mode: 0o600 });
    await rename(draft, this.#file);
    return drawn;
  }
}

async function inThread(order: MapOrder, stopping: AbortSignal): Promise<DrawnMap> {
  const { promise, resolve, reject } = Promise.withResolvers<DrawnMap>();
  const worker = new Worker(new URL('./map-thread.ts', import.meta.url), { workerData: order });
  const late = AbortSignal.timeout(LIMIT_MS);
  const limit = AbortSignal.any([stopping, late]);
  const ended = () => reject(late.aborted ? tooLong() : limit.reason);
  limit.addEventListener('abort', ended);
  worker.once('message', resolve);
  worker.once('error', reject);
  worker.once('exit', () => reject(new AppError('internal', 'The thread that draws maps ended.')));
  worker.unref();
  try {
    return await promise;
  } finally {
    limit.removeEventListener('abort', ended);
    await worker.terminate();
  }
}

function tooLong(): AppError {
  return new AppError('timeout', 'Drawing the map took longer than ten minutes and was ended.');
}
