import { parentPort, workerData } from 'node:worker_threads';
import { AppError, toAppError } from '#server/kernel/errors.ts';
import { type NearVector, type VectorFacts, type VectorRows, VectorTables } from './vector-tables.ts';
import { ChunkTexts } from './vector-texts.ts';
import { VectorWork } from './vector-work-store.ts';

/** Which table is meant. */
interface Place {
  owner: string;
  facts: VectorFacts;
}

/** What the thread is asked, and what it answers. LanceDB, the index and the files are read here and nowhere else. */
export interface VectorQuestions {
  answering: { input: { owner: string }; answer: VectorFacts | null };
  /** Finds the texts of an index that have no vector, and takes over those that another table has. */
  plan: { input: Place & { index: string }; answer: VectorPlan };
  /** The next texts of the plan. `skipped`: not on the disk as they were indexed. */
  take: { input: { owner: string; root: string; limit: number }; answer: TakenTexts };
  add: { input: Place & VectorRows; answer: void };
  complete: { input: Place; answer: void };
  tidy: { input: Place; answer: void };
  nearest: { input: { owner: string; vector: Float32Array; limit: number }; answer: NearVector[] };
  vectors: { input: { owner: string; hashes: string[] }; answer: VectorRows };
  /** All hashes of a table. */
  hashes: { input: Place; answer: string[] };
  remove: { input: Place & { hashes: string[] }; answer: void };
  forget: { input: { owner: string }; answer: void };
  close: { input: null; answer: void };
}

/** `texts`: different ones in the index; `missing`: without a vector. */
export interface VectorPlan {
  texts: number;
  missing: number;
}

export interface TakenTexts {
  hashes: string[];
  texts: string[];
  skipped: number;
  /** Nothing is left after these. */
  last: boolean;
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

interface Plan {
  work: VectorWork;
  chunks: number[];
  at: number;
  texts: ChunkTexts | undefined;
}

/** Vectors of texts that are gone may stay, for a branch that comes back, up to this share of those that are there. */
const GONE_SHARE = 0.25;
const GONE_LEAST = 256;

const tables = new VectorTables(String(workerData));
const plans = new Map<string, Plan>();

const answers: Answers = {
  answering: ({ owner }) => tables.answering(owner),
  plan: async ({ owner, facts, index }) => {
    endPlan(owner);
    const work = new VectorWork(index);
    const plan: Plan = { work, chunks: [], at: 0, texts: undefined };
    plans.set(owner, plan);
    const texts = work.texts();
    const present = await tables.hashes(owner, facts);
    const missing = new Map([...texts].filter(([hash]) => !present.has(hash)));
    if (missing.size > 0) {
      for (const hash of await tables.copy(owner, facts, new Set(missing.keys()))) missing.delete(hash);
    }
    await dropGone({ owner, facts }, present, texts);
    plan.chunks = [...missing.values()];
    return { texts: texts.size, missing: missing.size };
  },
  take: async ({ owner, root, limit }) => {
    const taken: TakenTexts = { hashes: [], texts: [], skipped: 0, last: true };
    const plan = plans.get(owner);
    if (!plan) return taken;
    plan.texts ??= new ChunkTexts(root);
    while (taken.hashes.length < limit && plan.at < plan.chunks.length) {
      const place = plan.work.place(plan.chunks[plan.at] ?? -1);
      plan.at += 1;
      const text = place && (await plan.texts.read(place));
      if (place && text !== undefined) {
        taken.hashes.push(place.hash);
        taken.texts.push(text);
      } else taken.skipped += 1;
    }
    taken.last = plan.at >= plan.chunks.length;
    if (taken.last) endPlan(owner);
    return taken;
  },
  add: ({ owner, facts, hashes, vectors }) => tables.add(owner, facts, { hashes, vectors }),
  complete: ({ owner, facts }) => tables.complete(owner, facts),
  tidy: ({ owner, facts }) => tables.tidy(owner, facts),
  nearest: ({ owner, vector, limit }) => tables.nearest(owner, vector, limit),
  vectors: async ({ owner, hashes }) => {
    const facts = await tables.answering(owner);
    return facts ? tables.vectors(owner, facts, hashes) : { hashes: [], vectors: new Float32Array() };
  },
  hashes: async ({ owner, facts }) => [...(await tables.hashes(owner, facts))],
  remove: ({ owner, facts, hashes }) => tables.remove(owner, facts, hashes),
  forget: async ({ owner }) => {
    endPlan(owner);
    await tables.forget(owner);
  },
  close: async () => {
    for (const owner of plans.keys()) endPlan(owner);
    await tables.close();
  },
};

function endPlan(owner: string): void {
  plans.get(owner)?.work.close();
  plans.delete(owner);
}

async function dropGone({ owner, facts }: Place, present: Set<string>, texts: ReadonlyMap<string, number>) {
  const gone = [...present].filter((hash) => !texts.has(hash));
  if (gone.length > Math.max(GONE_LEAST, texts.size * GONE_SHARE)) await tables.remove(owner, facts, gone);
}

async function answer<Name extends keyof VectorQuestions>(
  name: Name,
  input: VectorQuestions[Name]['input'],
): Promise<VectorQuestions[Name]['answer']> {
  return answers[name](input);
}

parentPort?.on('message', ({ id, name, input }: VectorCall) => {
  void answer(name, input).then(
    (value) => parentPort?.postMessage({ id, answer: value }),
    (thrown: unknown) => {
      const { code, message } = toAppError(thrown);
      // What nobody foresaw is told whole: it ends in the log, not on a screen.
      const whole = thrown instanceof AppError ? message : String(thrown);
      parentPort?.postMessage({ id, error: { code, message: whole } });
    },
  );
});
