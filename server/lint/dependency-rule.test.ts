import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findViolations } from './dependency-rule.ts';

function messagesFor(path: string, text: string): string[] {
  return findViolations([{ path, text }]).map(({ line, message }) => `${line} ${message}`);
}

describe('imports that point upwards or sideways are named', () => {
  it.each([
    ['server/kernel/log.ts', '#server/features/chat/chat.ts', 'kernel lies below features'],
    ['server/kernel/log.ts', '../worker/pool.ts', 'kernel lies below worker'],
    ['server/worker/pool.ts', '#server/generation/run.ts', 'worker lies below generation'],
    ['db/client.ts', '#server/kernel/log.ts', 'db lies below kernel'],
    ['server/features/chat/chat.ts', '../models/store.ts', 'rooms meet in hooks, not in imports'],
    ['server/features/chat/chat.ts', '#server/worker/pool.ts', 'drive engines'],
    ['server/features/chat/chat.ts', '#app/chat/thread.tsx', 'the daemon knows no screen'],
    ['app/chat/page.tsx', '../models/picker.tsx', 'screens meet in slots, not in imports'],
    ['app/_client/socket.ts', '#server/kernel/log.ts', 'a screen imports contracts only'],
    ['app/_ui/button.tsx', '#app/chat/thread.tsx', 'foundations know no screen'],
    ['app/chat/page.tsx', '#server/features/chat/chat.ts', 'a screen imports contracts only'],
    ['app/chat/page.tsx', '#db/client.ts', 'a screen imports contracts only'],
    ['app/chat/page.tsx', '#server/features/chat/contract.ts', 'types of contracts only (import type)'],
  ])('%s must not import %s', (path, specifier, reason) => {
    expect(messagesFor(path, `import { x } from '${specifier}';`)).toEqual([expect.stringContaining(reason)]);
  });
});

describe('imports along the rule pass', () => {
  it.each([
    ['server/features/chat/chat.ts', "import { x } from '#server/kernel/log.ts';"],
    ['server/features/chat/chat.ts', "import { x } from './store.ts';"],
    ['server/features/chat/chat.ts', "import { x } from '../models/contract.ts';"],
    ['server/features/chat/contract.ts', "import { Sampling } from '#server/worker/protocol.ts';"],
    ['server/features/models/models.ts', "import { x } from '#server/worker/pool.ts';"],
    ['server/app.ts', "import { chatFeature } from './features/chat/chat.ts';"],
    ['db/schema/chat.ts', "import type { Part } from '#server/features/chat/contract.ts';"],
    ['app/chat/page.tsx', "import type { ChatApi } from '#server/features/chat/contract.ts';"],
    ['app/chat/page.tsx', "import { Button } from '../_ui/button.tsx';"],
    ['app/_client/socket.ts', "import type { ClientToServerEvents } from '#server/kernel/sockets.ts';"],
    ['app/features.ts', "import { chat } from './chat/slots.tsx';"],
    ['server/features/chat/chat.test.ts', "import { x } from '../models/models.ts';"],
  ])('%s: %s', (path, text) => {
    expect(messagesFor(path, text)).toEqual([]);
  });
});

describe('every form of import is seen', () => {
  const path = 'server/kernel/log.ts';
  it.each([
    ['a named import over several lines', "import {\n  a,\n  b,\n} from '../worker/pool.ts';", 4],
    ['a side effect', "import '../worker/pool.ts';", 1],
    ['a re-export', "export { a } from '../worker/pool.ts';", 1],
    ['a star re-export', "export * from '../worker/pool.ts';", 1],
    ['a dynamic import', "const a = 1;\nconst b = await import('../worker/pool.ts');", 2],
    ['an import after a comment with a quote', "// don't\nimport { a } from '../worker/pool.ts';", 2],
    ['a default named type', "import type from '../worker/pool.ts';", 1],
  ])('%s', (_title, text, line) => {
    expect(messagesFor(path, text)).toEqual([expect.stringMatching(new RegExp(`^${line} `))]);
  });

  it('an import that is commented out is not one', () => {
    expect(messagesFor(path, "// import { a } from '../worker/pool.ts';\n/* import '../app.ts'; */")).toEqual(
      [],
    );
  });

  it('text that looks like one inside a string is not one', () => {
    expect(messagesFor(path, 'const a = "import b from \'../worker/pool.ts\'";')).toEqual([]);
  });
});

describe('what belongs to one file is refused elsewhere', () => {
  it.each([
    ['server/features/chat/chat.ts', "import { spawn } from 'node:child_process';", 'kernel/spawn.ts'],
    ['server/features/models/models.ts', 'const r = await fetch(url);', 'kernel/egress.ts'],
    ['server/main.ts', 'const home = process.env.HOME;', 'kernel/config.ts'],
    ['server/features/chat/chat.ts', "import { eq } from 'drizzle-orm';", 'store.ts'],
    ['app/chat/page.tsx', "'use server';", 'Server Actions'],
    ['python/mlx_worker/frames.py', 'import mlx.core as mx', 'engine modules'],
    ['python/mlx_worker/frames.py', 'from mlx_lm import load', 'engine modules'],
  ])('%s: %s', (path, text, reason) => {
    expect(messagesFor(path, text)).toEqual([expect.stringContaining(reason)]);
  });

  it.each([
    ['server/kernel/spawn.ts', "import { spawn } from 'node:child_process';"],
    ['server/kernel/egress.ts', 'const r = await fetch(url);'],
    ['server/kernel/config.ts', 'const home = process.env.HOME;'],
    ['server/features/chat/store.ts', "import { eq } from 'drizzle-orm';"],
    ['server/features/chat/chat.ts', 'const row = await store.fetch(id);'],
  ])('%s may: %s', (path, text) => {
    expect(messagesFor(path, text)).toEqual([]);
  });
});

describe('the command', () => {
  const command = join(import.meta.dirname, 'dependency-rule.ts');

  function run(files: Record<string, string>) {
    const folder = mkdtempSync(join(tmpdir(), 'rule-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return spawnSync(process.execPath, [command, folder], { encoding: 'utf8' });
  }

  it('passes a tree that keeps the rule and says how many files it read', () => {
    const { status, stdout } = run({
      'server/kernel/log.ts': '',
      'server/main.ts': "import './kernel/log.ts';",
    });
    expect(stdout).toContain('2 files, 0 violations');
    expect(status).toBe(0);
  });

  it('names file and line of a violation and fails', () => {
    const { status, stderr } = run({ 'server/kernel/log.ts': "\nimport '../main.ts';" });
    expect(stderr).toContain('server/kernel/log.ts:2 imports server/main.ts: kernel lies below main.ts');
    expect(status).toBe(1);
  });

  it('fails where it finds no file of the daemon to check', () => {
    const { status, stderr } = run({ 'app/page.tsx': '' });
    expect(stderr).toContain('no file was checked');
    expect(status).toBe(1);
  });
});
