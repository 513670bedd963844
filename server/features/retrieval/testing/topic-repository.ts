import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TOPICS = ['bank transfer', 'weather report', 'image filter', 'chess opening', 'audio mixer'];

/** Makes a repository of 30 commits, each adding a file that the words of its message lead to. */
export function makeTopicRepository(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=P', '-c', 'user.email=p@example.org', ...args]);
  git('init', '--quiet');
  for (let at = 0; at < 30; at += 1) {
    const [first = '', second = ''] = (TOPICS[at % TOPICS.length] ?? '').split(' ');
    mkdirSync(join(folder, first), { recursive: true });
    const name = `${second}_${at}`;
    const text = `def ${name}(value):\n    total = value + ${at}\n    return total\n`;
    writeFileSync(join(folder, first, `${name}.py`), text);
    git('add', '.');
    git('commit', '--quiet', '-m', `Add the ${first} ${second} number ${at}`);
  }
}
