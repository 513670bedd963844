import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openSmallWorkspace } from '../testing/small-workspace.ts';
import { deadCode } from './dead-code.ts';

const open: { close: () => void }[] = [];

async function ask(files: Record<string, string>, paths: string[] = []) {
  const place = await openSmallWorkspace(files);
  open.push(place);
  return deadCode(place, { paths, limit: 100 });
}
const names = ({ candidates }: Awaited<ReturnType<typeof ask>>) => candidates.map(({ name }) => name);

afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

test('what nothing names is a candidate with a reason; what is called, imported or recursive inside only is told apart', async () => {
  const answer = await ask({
    'a.ts': "import { used } from './b.ts';\nused();\n",
    'b.ts':
      'export function used() { return own(); }\nfunction own() { return 1; }\nfunction lonely(n: number): number { return lonely(n - 1); }\nexport function forgotten() {}\n',
  });
  expect(answer.candidates.map(({ name, confidence, reason }) => [name, confidence, reason])).toEqual([
    ['lonely', 'high', 'It is not exported, and nothing else in the workspace names it.'],
    ['forgotten', 'medium', 'It is exported, and nothing else in the workspace names it.'],
  ]);
  expect(answer).toMatchObject({ total: 2, symbols: 4, truncated: false, note: null });
});

test('a name in a string, a template or a configuration file is a use, however it gets there', async () => {
  const answer = await ask({
    'handlers.ts':
      'export function onUpload() {}\nexport function onDelete() {}\nexport function onNothing() {}\n',
    'dispatch.ts': "const table = { upload: 'onUpload' };\n",
    'hooks.yaml': 'delete: onDelete\n',
  });
  expect(names(answer)).toEqual(['table', 'onNothing']);
  expect(answer.left_out).toContainEqual({
    reason: 'whose name stands in other text, e.g. a string',
    count: 2,
  });
});

test('what only tests or only documents name stays a candidate of low confidence that says so', async () => {
  const answer = await ask({
    'a.ts': 'export function onlyTested() {}\nexport function onlyExplained() {}\n',
    'a.test.ts': "import { onlyTested } from './a.ts';\nonlyTested();\n",
    'guide.md': '# Guide\n\nCall `onlyExplained` first.\n',
  });
  const reasons = new Map(
    answer.candidates.map(({ name, confidence, reason }) => [name, `${confidence}: ${reason}`]),
  );
  expect(reasons.get('onlyTested')).toBe(
    'low: Only 2 lines of tests and nothing else of the workspace uses it.',
  );
  expect(reasons.get('onlyExplained')).toBe(
    'low: It is exported, and no code of the workspace names it; only guide.md does.',
  );
});

test('entry points, framework files, decorated functions, overrides and heirs are no candidates', async () => {
  const answer = await ask({
    'package.json': '{ "name": "x", "main": "./dist/index.js", "bin": { "x": "cli.mjs" } }',
    'src/index.ts': 'export function publicApi() {}\nfunction hidden() {}\n',
    'cli.mjs': 'export function run2() {}\n',
    'app/page.tsx': 'export function Unnamed() { return null; }\n',
    'start.py':
      'def main():\n    pass\n\n@app.route("/x")\ndef show_page():\n    pass\n\nclass A(Base):\n    def process_item(self):\n        pass\n\nclass B:\n    def __repr__(self):\n        return ""\n    def process_other(self):\n        pass\n\nB()\nA()\n',
    'over.ts': 'export default function Widget() {}\n',
    'server.ts': 'start({\n  onRequest() {},\n});\nconst options = { onLate() {} };\nstart(options);\n',
    'Main.java':
      'class Runner implements Runnable {\n  @Override\n  public void runIt() {}\n}\nclass Other { Runner r = new Runner(); }\nclass Main { Other o = new Other(); }\n',
  });
  expect(names(answer)).toEqual(['hidden', 'process_other']);
});

test('only the files that are asked for are shown, with uses anywhere in the workspace counted', async () => {
  const files = {
    'lib/a.ts': '/** two is explained here. */\nexport function two() {}\nexport function one() {}\n',
    'app/b.ts': "import { one } from '../lib/a.ts';\nexport function three() { one(); }\n",
  };
  expect(names(await ask(files, ['lib/**']))).toEqual(['two']);
});

test('a file that changed since it was indexed is not judged by what it was', async () => {
  const place = await openSmallWorkspace({ 'a.ts': 'export function stale() {}\n' });
  open.push(place);
  writeFileSync(join(place.root, 'a.ts'), 'export function fresh() {}\n');
  const answer = await deadCode(place, { paths: [], limit: 10 });
  expect(answer.candidates).toEqual([]);
  expect(answer.left_out).toEqual([{ reason: 'whose file has changed since it was indexed', count: 1 }]);
});

test('what was found when the time is up is handed over with what is missing', async () => {
  const place = await openSmallWorkspace({
    'a.ts': 'export function gone() {}\nexport function away() {}\n',
  });
  open.push(place);
  const parts: unknown[] = [];
  await deadCode({ ...place, partial: (part) => parts.push(part) }, { paths: [], limit: 10 });
  expect(parts[0]).toMatchObject({
    candidates: [],
    note: 'The time was up: 2 symbols without a reference were not looked at.',
  });
});
