import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { HookMap, Hooks } from '#server/kernel/hooks.ts';
import { Hosts } from '#server/kernel/hosts.ts';
import { guide, longQuestion, openTestEngines, pidOf, sampling } from '#server/worker/testing/engines.ts';
import { createGenerations } from './generations.ts';
import { createRecorder } from './testing/recorder.ts';

const HERE = { ssh: '127.0.0.1', ips: ['127.0.0.1'] };
const entry = { ...guide, name: 'Guide', quantization: null, contextWindow: 0, builtIn: true };

function open(hosts?: Hosts) {
  const engines = openTestEngines(hosts ? { hosts } : {});
  const source: HookMap['modelSource'] = { find: async () => entry };
  const hooks = { register() {}, all: () => [source] } as unknown as Hooks;
  const generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
  return {
    pool: engines.pool,
    start(tokens = 800) {
      const recorder = createRecorder();
      generations.start(
        {
          id: '01JD0000000000000000000000',
          modelId: 'guide',
          messages: [{ role: 'user', content: longQuestion }],
          // As a rule long enough to be under way still when a kill arrives late.
          sampling: sampling({ max_tokens: tokens }),
          resume: null,
        },
        recorder.sink,
      );
      return recorder;
    },
    async close() {
      await generations.close();
      await engines.close();
    },
  };
}

it('finishes an answer over two ranks with the text of one, though a rank dies in the middle', async () => {
  const alone = open();
  const undisturbed = alone.start();
  await undisturbed.result;
  await alone.close();

  const ranked = open(Hosts.parse({ hosts: [HERE, HERE], models: ['guide'] }));
  await ranked.start(1).result;
  const rank = otherRank(pidOf(ranked.pool, 'guide'));
  const recorder = ranked.start();
  await recorder.tokens(1);
  process.kill(rank, 'SIGKILL');
  const { finishReason } = await recorder.result;
  expect(finishReason).toBe('length');
  expect(recorder.reasons).toEqual(['The engine lost rank 1 on 127.0.0.1, which was ended by SIGKILL.']);
  expect(recorder.tokenIds()).toEqual(undisturbed.tokenIds());
  expect(recorder.text()).toBe(undisturbed.text());
  await ranked.close();
});

/** The other child of the launcher that started rank 0. */
function otherRank(pid: number): number {
  const ps = (...args: string[]) => execFileSync('ps', args).toString().trim();
  const children = ps('-o', 'pid=', '--ppid', ps('-o', 'ppid=', '-p', String(pid)));
  return (
    children
      .split(/\s+/)
      .map(Number)
      .find((child) => child !== pid) ?? 0
  );
}
