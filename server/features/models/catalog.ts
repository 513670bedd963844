import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { judgeDirectory, type Verdict } from './judge.ts';
import { type Candidate, findCandidates, type Place } from './places.ts';
import type { ModelsStore } from './store.ts';

/** A model directory on this disk with its verdict, and the fingerprint of the files it rests on. */
export interface CatalogEntry extends Candidate {
  verdict: Verdict;
  fingerprint: string;
}

export interface Catalog {
  /** What the last scan found, best known now; the first call waits for the first scan. */
  entries(): Promise<readonly CatalogEntry[]>;
  /** Looks at the disk again, from the beginning; several callers share one scan. */
  scan(): Promise<readonly CatalogEntry[]>;
  find(id: string): Promise<ModelEntry | undefined>;
}

interface CatalogParts {
  places(): Place[];
  store: Pick<ModelsStore, 'judged' | 'saveJudged'>;
  /** Called when a scan found something else than the one before. */
  onChange(): void;
}

/** Tokens assumed when a config.json does not tell its context window. */
const UNKNOWN_CONTEXT = 4096;

export function createCatalog(parts: CatalogParts): Catalog {
  let known: readonly CatalogEntry[] | undefined;
  let running: Promise<readonly CatalogEntry[]> | undefined;
  let following: Promise<readonly CatalogEntry[]> | undefined;

  async function scanOnce(): Promise<readonly CatalogEntry[]> {
    const before = JSON.stringify(known);
    const found = await judgeAll(parts);
    known = found;
    if (before !== undefined && before !== JSON.stringify(found)) parts.onChange();
    return found;
  }

  const begin = () => {
    running = scanOnce().finally(() => {
      running = undefined;
    });
    return running;
  };
  const scan = () => {
    if (running === undefined) return begin();
    // The scan that runs may have passed by what the caller has just changed.
    following ??= running
      .catch(() => [])
      .then(() => {
        following = undefined;
        return begin();
      });
    return following;
  };
  const entries = async () => known ?? (await (running ?? scan()));

  return {
    entries,
    scan,
    async find(id) {
      const seen = (await entries()).find((entry) => entry.id === id);
      const entry = seen ?? (await scan()).find((other) => other.id === id);
      return entry === undefined ? undefined : asModelEntry(entry);
    },
  };
}

/** What other rooms and the engine pool see of a catalog entry. */
export function asModelEntry({ id, name, path, source, verdict }: CatalogEntry): ModelEntry {
  return {
    id,
    name,
    path,
    quantization: verdict.quantization,
    contextWindow: verdict.contextWindow ?? UNKNOWN_CONTEXT,
    memoryBytes: verdict.memoryBytes,
    builtIn: source === 'built_in',
    embeds: verdict.embeds,
    sampling: verdict.sampling,
  };
}

async function judgeAll({ places, store }: CatalogParts): Promise<readonly CatalogEntry[]> {
  const remembered = new Map(store.judged().map((row) => [row.path, row]));
  const entries: CatalogEntry[] = [];
  const taken = new Set<string>();
  let unchanged = true;
  for (const place of places()) {
    for (const candidate of await findCandidates(place)) {
      if (taken.has(candidate.id)) continue;
      taken.add(candidate.id);
      const fingerprint = await fingerprintOf(candidate.path);
      const row = remembered.get(candidate.path);
      const current = row?.fingerprint === fingerprint ? row.verdict : undefined;
      unchanged &&= current !== undefined;
      entries.push({
        ...candidate,
        fingerprint,
        verdict: current ?? (await judgeDirectory(candidate.path, candidate.name)),
      });
    }
  }
  if (!unchanged || entries.length !== remembered.size) store.saveJudged(uniquePaths(entries));
  return entries;
}

function uniquePaths<Entry extends { path: string }>(entries: readonly Entry[]): Entry[] {
  return [...new Map(entries.map((entry) => [entry.path, entry])).values()];
}

/** Names, sizes and times of a directory's files: when none changed, the verdict holds. */
async function fingerprintOf(path: string): Promise<string> {
  const names = await readdir(path).catch(() => []);
  const marks = await Promise.all(
    names.sort().map(async (name) => {
      const found = await stat(join(path, name)).catch(() => null);
      return found === null ? `${name}:?` : `${name}:${found.size}:${Math.trunc(found.mtimeMs)}`;
    }),
  );
  return marks.join('|');
}
