import { parentPort, workerData } from 'node:worker_threads';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import { type MessagePlaces, MessageTexts, readPieceHash } from './conversations/message-texts-store.ts';
import { type NearVector, type VectorFacts, type VectorRows, VectorTables } from './vector-tables.ts';
import { type ChunkPlaces, ChunkTexts, type TextSource } from './vector-texts.ts';

/** Where an owner's texts are. */
export type TextPlaces = ChunkPlaces | MessagePlaces;

/** Which table is meant. */
interface Place {
  owner: string;
  facts: VectorFacts;
}

/** What the thread is asked, and what it answers. LanceDB, the index and the files are read here and nowhere else. */
export interface VectorQuestions {
  answering: { input: { owner: string }; answer: VectorFacts | null };
  /** How many different texts there are. Errors: not_found. */
  count: { input: { places: TextPlaces }; answer: number };
  /** Finds the texts that have no vector, and takes over those that another table has. Errors: not_found. */
  plan: { input: Place & { places: TextPlaces }; answer: VectorPlan };
  /** The next texts of the plan. `skipped`: not there as they were planned. */
  take: { input: { owner: string; limit: number }; answer: TakenTexts };
  /** Closes what the owner's plan reads from. */
  release: { input: { owner: string }; answer: void };
  add: { input: Place & VectorRows; answer: void };
  complete: { input: Place; answer: void };
  tidy: { input: Place; answer: void };
  nearest: { input: { owner: string; vector: Float32Array; limit: number }; answer: NearVector[] };
  vectors: { input: { owner: string; hashes: string[] }; answer: VectorRows };
  /** One vector for each conversation, the mean of those of its messages. Null without a table. */
  conversations: { input: { owner: string; places: MessagePlaces }; answer: ConversationVectors | null };
  forget: { input: { owner: string }; answer: void };
  close: { input: null; answer: void };
}

/** `texts`: all there are; `missing`: without a vector. */
export interface VectorPlan {
  texts: number;
  missing: number;
}

export interface TakenTexts {
  hashes: string[];
  bodies: string[];
  texts: string[];
  /** Texts that have their vector by now: they only moved. */
  moved: number;
  skipped: number;
  /** Nothing is left after these. */
  last: boolean;
}

/** Unit vectors, one after the other. */
export interface ConversationVectors {
  ids: string[];
  vectors: Float32Array;
}

export type VectorCall = {
  [Name in keyof VectorQuestions]: { id: number; name: Name; input: VectorQuestions[Name]['input'] };
}[keyof VectorQuestions];

export type VectorReply<Answer> =
  | { id: number; answer: Answer }
  | { id: number; error: { code: AppError['code']; message: string } };

type Answers = {
  [Name in keyof VectorQuestions]: (
    input: VectorQuestions[Name]['input'],
  ) => Promise<VectorQuestions[Name]['answer']>;
};

interface Plan extends Place {
  source: TextSource;
  texts: ReadonlyMap<string, number>;
  /** Hashes that have a vector, by the body of their text. */
  bodies: ReadonlyMap<string, string>;
  /** Those whose vectors serve other hashes by now. */
  moved: Set<string>;
  drop(): Promise<void>;
  places: number[];
  at: number;
}

/** Vectors of texts that are gone may stay, for a branch that comes back, up to this share of those that are there. */
const GONE_SHARE = 0.25;
const GONE_LEAST = 256;

const tables = new VectorTables(String(workerData));
const plans = new Map<string, Plan>();

const answers: Answers = {
  answering: ({ owner }) => tables.answering(owner),
  count: async ({ places }) => {
    const source = openSource(places);
    const { size } = source.texts();
    source.close();
    return size;
  },
  plan: async ({ owner, facts, places }) => {
    endPlan(owner);
    const source = openSource(places);
    const plan: Plan = {
      owner,
      facts,
      source,
      places: [],
      at: 0,
      texts: new Map(),
      bodies: new Map(),
      moved: new Set(),
      drop: async () => undefined,
    };
    plans.set(owner, plan);
    const texts = source.texts();
    const present = await tables.hashes(owner, facts);
    const missing = new Map([...texts].filter(([hash]) => !present.has(hash)));
    if (missing.size > 0) {
      for (const hash of await tables.copy(owner, facts, new Set(missing.keys()))) missing.delete(hash);
    }
    const drop = async () => {
      await tables.remove(owner, facts, [...plan.moved]);
      for (const hash of plan.moved) present.delete(hash);
      await dropGone({ owner, facts }, { present, texts, kept: places.kind === 'chunks' });
    };
    if (places.kind === 'chunks' && missing.size > 0 && present.size > 0) {
      Object.assign(plan, { texts, bodies: await tables.bodies(owner, facts), drop });
    } else await drop();
    plan.places = [...missing.values()];
    return { texts: texts.size, missing: missing.size };
  },
  take: async ({ owner, limit }) => {
    const taken: TakenTexts = { hashes: [], bodies: [], texts: [], moved: 0, skipped: 0, last: true };
    const plan = plans.get(owner);
    if (!plan) return taken;
    const moved: Moved[] = [];
    while (taken.hashes.length < limit && moved.length < MOST_MOVED && plan.at < plan.places.length) {
      const found = await plan.source.read(plan.places[plan.at] ?? -1);
      plan.at += 1;
      if (!found) {
        taken.skipped += 1;
        continue;
      }
      const { hash, body, text } = found;
      const from = plan.bodies.get(body);
      if (from !== undefined && (await isLeft(plan, from))) {
        moved.push({ from, hash, body });
        plan.moved.add(from);
        continue;
      }
      taken.hashes.push(hash);
      taken.bodies.push(body);
      taken.texts.push(text);
    }
    taken.moved = moved.length;
    await keepMoved(plan, moved);
    taken.last = plan.at >= plan.places.length;
    if (taken.last) {
      await plan.drop();
      endPlan(owner);
    }
    return taken;
  },
  release: async ({ owner }) => endPlan(owner),
  add: ({ owner, facts, ...rows }) => tables.add(owner, facts, rows),
  complete: ({ owner, facts }) => tables.complete(owner, facts),
  tidy: ({ owner, facts }) => tables.tidy(owner, facts),
  nearest: ({ owner, vector, limit }) => tables.nearest(owner, vector, limit),
  vectors: async ({ owner, hashes }) => {
    const facts = await tables.answering(owner);
    return facts ? tables.vectors(owner, facts, hashes) : { hashes: [], vectors: new Float32Array() };
  },
  conversations: async ({ owner, places }) => {
    const facts = await tables.answering(owner);
    return facts && meanByConversation({ owner, facts }, places);
  },
  forget: async ({ owner }) => {
    endPlan(owner);
    await tables.forget(owner);
  },
  close: async () => {
    for (const owner of plans.keys()) endPlan(owner);
    await tables.close();
  },
};

/** A thread that ends while LanceDB still works for it takes the whole process with it: SIGSEGV. */
const underWay = new Set<Promise<void>>();

function openSource(places: TextPlaces): TextSource {
  return places.kind === 'chunks' ? new ChunkTexts(places) : new MessageTexts(places);
}

function endPlan(owner: string): void {
  plans.get(owner)?.source.close();
  plans.delete(owner);
}

interface Moved {
  /** The hash under which its vector lies. */
  from: string;
  hash: string;
  body: string;
}

/** Whether its text is not where it was: an index may hear of the new place before it hears that the old one is gone. */
async function isLeft({ source, texts }: Plan, hash: string): Promise<boolean> {
  const place = texts.get(hash);
  return place === undefined || (await source.read(place)) === undefined;
}

/** In one answer, so that a pause is heeded. */
const MOST_MOVED = 500;

/**
 * A text that only moved keeps its vector, which was made with the path it had: with another path it is nearly the same,
 * and a folder that is renamed would be made anew whole.
 */
async function keepMoved({ owner, facts }: Place, moved: readonly Moved[]): Promise<void> {
  const there = await tables.vectors(owner, facts, [...new Set(moved.map(({ from }) => from))]);
  const rowOf = new Map(there.hashes.map((hash, row) => [hash, row]));
  const { dimensions } = facts;
  const vectors = new Float32Array(moved.length * dimensions);
  for (const [at, { from }] of moved.entries()) {
    const row = rowOf.get(from);
    if (row === undefined)
      throw new AppError('gone', 'The vectors changed meanwhile. They are looked at again.');
    vectors.set(there.vectors.subarray(row * dimensions, (row + 1) * dimensions), at * dimensions);
  }
  const [hashes, bodies] = [moved.map(({ hash }) => hash), moved.map(({ body }) => body)];
  await tables.add(owner, facts, { hashes, bodies, vectors });
}

interface Found {
  present: Set<string>;
  texts: ReadonlyMap<string, number>;
  /** Some of them may stay: code comes back with its branch, a deleted message does not. */
  kept: boolean;
}

async function dropGone({ owner, facts }: Place, { present, texts, kept }: Found): Promise<void> {
  const gone = [...present].filter((hash) => !texts.has(hash));
  if (gone.length > (kept ? Math.max(GONE_LEAST, texts.size * GONE_SHARE) : 0)) {
    await tables.remove(owner, facts, gone);
  }
}

async function meanByConversation(
  { owner, facts }: Place,
  places: MessagePlaces,
): Promise<ConversationVectors> {
  const source = new MessageTexts(places);
  const conversations = source.conversations();
  source.close();
  const { dimensions } = facts;
  const sums = new Map<string, Float32Array>();
  await tables.each(owner, facts, (hash, vector) => {
    const conversation = conversations.get(readPieceHash(hash).id);
    if (conversation === undefined) return;
    const sum = sums.get(conversation) ?? new Float32Array(dimensions);
    for (let at = 0; at < dimensions; at += 1) sum[at] = (sum[at] ?? 0) + (vector[at] ?? 0);
    sums.set(conversation, sum);
  });
  const vectors = new Float32Array(sums.size * dimensions);
  for (const [at, sum] of [...sums.values()].entries()) {
    const length = Math.hypot(...sum) || 1;
    vectors.set(
      sum.map((value) => value / length),
      at * dimensions,
    );
  }
  return { ids: [...sums.keys()], vectors };
}

async function answer<Name extends keyof VectorQuestions>(
  name: Name,
  input: VectorQuestions[Name]['input'],
): Promise<VectorQuestions[Name]['answer']> {
  return answers[name](input);
}

async function reply({ id, name, input }: VectorCall): Promise<void> {
  try {
    if (name === 'close') await Promise.all(underWay);
    parentPort?.postMessage({ id, answer: await answer(name, input) });
  } catch (thrown) {
    const { code, message } = toAppError(thrown);
    // What nobody foresaw is told whole: it ends in the log, not on a screen.
    const whole = thrown instanceof AppError ? message : String(thrown);
    parentPort?.postMessage({ id, error: { code, message: whole } });
  }
}

parentPort?.on('message', (call: VectorCall) => {
  const work = reply(call);
  underWay.add(work);
  void work.then(() => underWay.delete(work));
});
