import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { placeAt } from './place.mjs';
import { isDone, type Step, setUp } from './setup.mjs';
import { hashOf } from './stamp.mjs';
import { folderWith } from './testing.ts';

const quiet = () => undefined;

/** A step that writes down each time it runs. */
function step(make: Step['make'] = async () => undefined): Step {
  return {
    name: 'marks',
    stamp: 'marks',
    needsBytes: 0,
    inputs: (place) => hashOf(place.root, ['input']),
    isPresent: (place) => existsSync(join(place.root, 'marks')),
    async make(place) {
      appendFileSync(join(place.root, 'marks'), 'x');
      await make(place);
    },
  };
}

it('a finished step is not done again, and says nothing', async () => {
  const place = placeAt(folderWith({ input: '1' }));
  const said: string[] = [];
  await setUp(place, [step()], (text) => said.push(text));
  expect(said.join('')).toMatch(/^marks … \d+\.\d s\n$/);
  await setUp(place, [step()], (text) => said.push(text));
  expect(readFileSync(join(place.root, 'marks'), 'utf8')).toBe('x');
  expect(said).toHaveLength(2);
});

it('a step is done again when its input changed or its result is gone', async () => {
  const place = placeAt(folderWith({ input: '1' }));
  await setUp(place, [step()], quiet);
  appendFileSync(join(place.root, 'input'), '2');
  expect(isDone(place, step())).toBe(false);
  await setUp(place, [step()], quiet);
  expect(isDone(place, step())).toBe(true);
  rmSync(join(place.root, 'marks'));
  expect(isDone(place, step())).toBe(false);
});

it('a step that failed half way is done again by the next start', async () => {
  const place = placeAt(folderWith({ input: '1' }));
  const failing = step(() => Promise.reject(new Error('half way')));
  await expect(setUp(place, [failing], quiet)).rejects.toThrow('half way');
  expect(isDone(place, step())).toBe(false);
  await setUp(place, [step()], quiet);
  expect(isDone(place, step())).toBe(true);
});

it('a failed repeat does not leave the stamp of the run before', async () => {
  const place = placeAt(folderWith({ input: '1' }));
  await setUp(place, [step()], quiet);
  rmSync(join(place.root, 'marks'));
  const failing = step(() => Promise.reject(new Error('half way')));
  await expect(setUp(place, [failing], quiet)).rejects.toThrow();
  expect(isDone(place, step())).toBe(false);
});

it('too little disk space is named before anything is written', async () => {
  const place = placeAt(folderWith());
  const huge = { ...step(), needsBytes: 1e18 };
  await expect(setUp(place, [huge], quiet)).rejects.toMatchObject({
    name: 'MissingPrerequisite',
    message: expect.stringContaining('The disk is full: marks needs'),
    mend: expect.stringContaining('df -h'),
  });
  expect(existsSync(join(place.root, 'marks'))).toBe(false);
});

/** Another process that sets up the same folder: it prints `begun`, and ends its step when told on stdin. */
function setUpElsewhere(root: string): ChildProcess {
  const script = `
    import { appendFileSync } from 'node:fs';
    import { once } from 'node:events';
    import { placeAt } from ${JSON.stringify(join(import.meta.dirname, 'place.mjs'))};
    import { setUp } from ${JSON.stringify(join(import.meta.dirname, 'setup.mjs'))};
    const place = placeAt(${JSON.stringify(root)});
    const step = { name: 'elsewhere', stamp: 'marks', needsBytes: 0, inputs: () => 'same', isPresent: () => true,
      async make() {
        appendFileSync(place.root + '/marks', 'e');
        console.log('begun');
        await once(process.stdin, 'data');
      } };
    await setUp(place, [step], () => {});
    process.exit(0);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'pipe' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const sharedStep: Step = { ...step(), inputs: () => 'same' };

it('a set-up killed in the middle is taken up by the next one', async () => {
  const place = placeAt(folderWith());
  const other = setUpElsewhere(place.root);
  if (other.stdout) await once(other.stdout, 'data');
  other.kill('SIGKILL');
  await once(other, 'exit');
  expect(existsSync(join(place.runtime, 'setup.lock'))).toBe(true);
  await setUp(place, [sharedStep], quiet);
  expect(readFileSync(join(place.root, 'marks'), 'utf8')).toBe('ex');
  expect(existsSync(join(place.runtime, 'setup.lock'))).toBe(false);
});

it('two set-ups at once do the step once; the second says whom it waits for', async () => {
  const place = placeAt(folderWith());
  const other = setUpElsewhere(place.root);
  if (other.stdout) await once(other.stdout, 'data');
  const said: string[] = [];
  await setUp(place, [sharedStep], (text) => {
    said.push(text);
    other.stdin?.write('end\n');
  });
  expect(said).toEqual([`waiting for the set-up in process ${other.pid}\n`]);
  expect(readFileSync(join(place.root, 'marks'), 'utf8')).toBe('e');
});
