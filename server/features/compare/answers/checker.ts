import { Worker } from 'node:worker_threads';
import type { Check, CheckResult } from '../shapes.ts';
import type { CheckQuestion, CheckReply } from './check-worker.ts';

/** Tells whether answers satisfy what was asked of them. */
export interface Checker {
  /** One result for each check, in order; a check that takes too long has not passed. */
  evaluate(text: string, checks: readonly Check[]): Promise<CheckResult[]>;
  stop(): Promise<void>;
}

/** Milliseconds for one pattern or schema: some patterns take longer than the universe lasts. */
const LIMIT_MS = 200;
/** Starting the thread is not the pattern's fault. */
const START_MS = 10_000;

/** Plain comparisons here, patterns and schemas in a thread that is ended when it does not come back. */
export function createChecker(): Checker {
  let thread: { worker: Worker; online: Promise<boolean> } | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const started = () => {
    if (thread) return thread;
    const worker = new Worker(new URL('./check-worker.ts', import.meta.url));
    worker.unref();
    const { promise: online, resolve } = Promise.withResolvers<boolean>();
    worker.once('message', () => resolve(true));
    thread = { worker, online };
    return thread;
  };

  const ask = async (question: CheckQuestion): Promise<CheckResult> => {
    const { type } = question.check;
    const { worker, online } = started();
    worker.ref();
    const { promise, resolve } = Promise.withResolvers<CheckReply>();
    const died = (error: unknown) => resolve({ passed: false, detail: `The check failed: ${String(error)}` });
    worker.once('error', died);
    const ready = await within(online, START_MS);
    worker.once('message', resolve);
    if (ready) worker.postMessage(question);
    const reply = ready ? await within(promise, LIMIT_MS) : undefined;
    worker.off('message', resolve);
    worker.off('error', died);
    worker.unref();
    if (reply) return { type, ...reply };
    thread = undefined;
    await worker.terminate();
    return { type, passed: false, detail: `Took longer than ${LIMIT_MS} ms and was ended.` };
  };

  return {
    async evaluate(text, checks) {
      const results: CheckResult[] = [];
      for (const check of checks) {
        const plain = evaluatePlain(text, check);
        if (plain) {
          results.push(plain);
          continue;
        }
        // One question at a time, so that the limit is that of one check.
        const turn = last.then(() => ask({ text, check }));
        last = turn.catch(() => undefined);
        results.push(await turn);
      }
      return results;
    },
    async stop() {
      await thread?.worker.terminate();
      thread = undefined;
    },
  };
}

function evaluatePlain(text: string, check: Check): CheckResult | undefined {
  if (check.type === 'exact') {
    const passed = text.trim() === check.value.trim();
    return { type: 'exact', passed, detail: passed ? 'The answer is exactly this.' : 'The answer differs.' };
  }
  if (check.type !== 'contains') return undefined;
  const fold = (value: string) => (check.ignore_case ? value.toLowerCase() : value);
  const passed = fold(text).includes(fold(check.value));
  return {
    type: 'contains',
    passed,
    detail: passed ? 'The answer contains it.' : 'The answer does not contain it.',
  };
}

async function within<Value>(work: Promise<Value>, milliseconds: number): Promise<Value | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), milliseconds);
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}
