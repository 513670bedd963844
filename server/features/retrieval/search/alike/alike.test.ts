import { afterEach, expect, test } from 'vitest';
import { type IndexedFolder, openIndexedFolder } from '../testing/indexed-folder.ts';
import { duplicates } from './duplicates.ts';
import { likeness } from './likeness.ts';

const opened: IndexedFolder[] = [];

async function open(files: Record<string, string>): Promise<IndexedFolder> {
  const folder = await openIndexedFolder(files);
  opened.push(folder);
  return folder;
}

afterEach(async () => {
  for (const folder of opened.splice(0)) await folder.close();
});

/** One function under several names, with other words in it. */
function sum(name: string, list: string, total: string): string {
  return [
    `export function ${name}(${list}: number[]): number {`,
    `  let ${total} = 0;`,
    `  for (const one of ${list}) {`,
    `    if (one > 10) ${total} += one * 2;`,
    `    else ${total} -= one;`,
    '  }',
    `  console.log(${total});`,
    `  return ${total};`,
    '}',
    '',
  ].join('\n');
}

const other = [
  'export async function fetchPage(url: string): Promise<string> {',
  '  const response = await load(url, { redirect: "follow" });',
  '  if (!response.ok) throw new Error(response.status);',
  '  const text = await response.text();',
  '  const [head] = text.split("<body>");',
  '  return head === undefined ? text : text.slice(head.length);',
  '}',
  '',
].join('\n');

test('copies with other names are one group, the most repeated lines first', async () => {
  const folder = await open({
    'a.ts': sum('sum', 'values', 'total'),
    'b.ts': sum('addUp', 'numbers', 'result'),
    'c.ts': sum('collect', 'items', 'all'),
    'd.ts': other,
  });
  const { groups, truncated } = duplicates(folder.place, { minLines: 6 });
  expect(groups).toHaveLength(1);
  expect(groups[0]).toMatchObject({ similarity: 1, lines: 9 });
  expect(groups[0]?.places.map(({ path, name }) => `${path} ${name}`)).toEqual([
    'a.ts sum',
    'b.ts addUp',
    'c.ts collect',
  ]);
  expect(truncated).toBe(false);
  expect(duplicates(folder.place, { minLines: 10 }).groups).toEqual([]);
});

test('code like the one at a place is found by the words that tell most', async () => {
  const folder = await open({
    'a.py': 'def read_lease(pool):\n    lease = pool.acquire()\n    lease.renew()\n    return lease\n',
    'b.py': 'def keep_lease(pool):\n    lease = pool.find()\n    lease.renew()\n    return None\n',
    'c.py': 'def draw(canvas):\n    shape = canvas.line()\n    shape.paint()\n    return None\n',
  });
  const { results } = await likeness(folder.place, { path: 'a.py', line: 2, limit: 10 });
  expect(results[0]).toMatchObject({ path: 'b.py', name: 'keep_lease' });
  expect(results.map(({ path }) => path)).not.toContain('a.py');
  await expect(likeness(folder.place, { path: 'none.py', line: 1, limit: 5 })).rejects.toMatchObject({
    code: 'not_found',
  });
});
