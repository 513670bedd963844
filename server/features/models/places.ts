import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';

export type PlaceSource = 'built_in' | 'hugging_face' | 'lm_studio' | 'own' | 'added';

/** A folder in which model directories are looked for. */
export interface Place {
  path: string;
  source: PlaceSource;
}

/** A directory with a config.json, or with files that show it was meant to be a model. */
export interface Candidate {
  id: string;
  name: string;
  path: string;
  source: PlaceSource;
}

/** Levels below a place; LM Studio's owner/name is two. */
const MAX_DEPTH = 4;
/** Directories looked into per place, so that a wrongly added root does not walk a whole disk. */
const MAX_DIRECTORIES = 5_000;

/** Finds the model directories of a place. Unreadable folders and loops are passed over; a missing place has none. */
export async function findCandidates(place: Place): Promise<Candidate[]> {
  if (place.source === 'hugging_face') return findSnapshots(place);
  const found: Candidate[] = [];
  const seen = new Set<string>();
  const queue: { path: string; depth: number }[] = [{ path: place.path, depth: 0 }];
  for (let next = queue.shift(); next !== undefined && seen.size < MAX_DIRECTORIES; next = queue.shift()) {
    const real = await realpath(next.path).catch(() => null);
    if (real === null || seen.has(real)) continue;
    seen.add(real);
    const entries = await readdir(next.path, { withFileTypes: true }).catch(() => []);
    if (looksLikeModel(entries)) found.push(candidate(place, next.path));
    else if (next.depth < MAX_DEPTH) queue.push(...foldersOf(next.path, entries, next.depth + 1));
  }
  return found;
}

function foldersOf(path: string, entries: readonly Dirent[], depth: number) {
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
    .map((entry) => ({ path: join(path, entry.name), depth }));
}

function looksLikeModel(entries: readonly Dirent[]): boolean {
  return entries.some((entry) => entry.name === 'config.json' || /\.(safetensors|gguf)$/.test(entry.name));
}

function candidate(place: Place, path: string): Candidate {
  const inside = relative(place.path, path) || basename(path);
  const name = place.source === 'own' ? inside.replace('--', '/') : inside;
  return { id: idOf(place, inside), name, path, source: place.source };
}

/** Stable across starts: where it was found and its place in there. Added folders are told apart by a short hash. */
function idOf(place: Place, inside: string): string {
  if (place.source === 'built_in') return inside;
  const mark =
    place.source === 'added' ? `${createHash('sha256').update(place.path).digest('hex').slice(0, 8)}:` : '';
  const id = `${place.source}:${mark}${inside}`;
  return id.length <= 200 ? id : `${place.source}:${createHash('sha256').update(id).digest('hex')}`;
}

/** Hugging Face's cache: `models--owner--name/snapshots/COMMIT`; the commit of refs/main, else the only or newest one. */
async function findSnapshots(place: Place): Promise<Candidate[]> {
  const entries = await readdir(place.path).catch(() => []);
  const found: Candidate[] = [];
  for (const entry of entries.filter((name) => name.startsWith('models--')).slice(0, MAX_DIRECTORIES)) {
    const snapshot = await chooseSnapshot(join(place.path, entry));
    const name = entry.slice('models--'.length).replace('--', '/');
    if (snapshot !== null) found.push({ id: idOf(place, name), name, path: snapshot, source: place.source });
  }
  return found;
}

async function chooseSnapshot(repository: string): Promise<string | null> {
  const commits = await readdir(join(repository, 'snapshots')).catch(() => []);
  const main = await readFile(join(repository, 'refs', 'main'), 'utf8').catch(() => '');
  const chosen = commits.find((commit) => commit === main.trim()) ?? commits.sort().at(-1);
  return chosen === undefined ? null : join(repository, 'snapshots', chosen);
}
