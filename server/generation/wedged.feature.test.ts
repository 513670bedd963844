import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readConfig } from '#server/kernel/config.ts';
import type { HookMap, Hooks } from '#server/kernel/hooks.ts';
import {
  guide,
  longQuestion,
  openTestEngines,
  pidOf,
  sampling,
  type TestEngines,
} from '#server/worker/testing/engines.ts';
import type { Generations } from './generation.ts';
import { createGenerations } from './generations.ts';
import { createRecorder, type Recorder } from './testing/recorder.ts';

let folder: string;
let engines: TestEngines;
let generations: Generations;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mlx-code-wedged-'));
  engines = openTestEngines({ python: wedgingPython(), limits: { stepMs: 4_000 } });
  const source: HookMap['modelSource'] = {
    find: async (id) =>
      id === 'guide'
        ? {
            id,
            name: 'Guide',
            path: guide.path,
            quantization: null,
            contextWindow: 0,
            memoryBytes: null,
            builtIn: true,
          }
        : undefined,
  };
  const hooks = { register() {}, all: () => [source] } as unknown as Hooks;
  generations = createGenerations({ engines: engines.pool, hooks, log: engines.log });
});

afterAll(async () => {
  await generations.close();
  await engines.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A Python that starts python/tests/wedged.py where it is asked for the engine. */
function wedgingPython(): string {
  const path = join(folder, 'python');
  const { python } = readConfig({ args: ['--home', folder] });
  writeFileSync(path, `#!/bin/sh\nshift 2\nexec '${python}' -m tests.wedged "$@"\n`);
  chmodSync(path, 0o700);
  return path;
}

function start(id: string): Recorder {
  const recorder = createRecorder();
  generations.start(
    {
      id,
      modelId: 'guide',
      messages: [{ role: 'user', content: longQuestion }],
      sampling: sampling({ max_tokens: 300 }),
      resume: null,
    },
    recorder.sink,
  );
  return recorder;
}

it('an engine whose eval never returns is replaced, and its answer goes on token for token', async () => {
  const undisturbed = start('01JD0000000000000000000000');
  await undisturbed.result;
  const recorder = start('01JD0000000000000000000001');
  await recorder.tokens(10);
  const wedged = pidOf(engines.pool, 'guide');
  process.kill(wedged, 'SIGUSR1');
  const result = await recorder.result;
  expect(recorder.reasons).toEqual([expect.stringMatching(/no progress .* while decoding/)]);
  expect(result.error).toBeNull();
  expect(recorder.tokenIds()).toEqual(undisturbed.tokenIds());
  expect(recorder.text()).toBe(undisturbed.text());
  expect(pidOf(engines.pool, 'guide')).not.toBe(wedged);
});
