import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { languages } from './languages/languages.ts';
import { isEmptyLine, splitLines } from './lines.ts';
import type { ParsedFile } from './parsed-file.ts';
import { createParser, type Parser } from './parser.ts';
import { summaryOf } from './testing/summary.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await createParser();
});
afterAll(() => parser.close());

const sample = (language: string) =>
  readFileSync(new URL(`./testing/${language}.txt`, import.meta.url), 'utf8');
const everyLanguage = [...Object.keys(languages), 'vue'];

/** Every line that says something is in one chunk, and the chunk's text is those lines. */
function expectWhole(text: string, { chunks }: ParsedFile) {
  const lines = splitLines(text);
  const holders = lines.map(() => 0);
  for (const { line, endLine, text: held } of chunks) {
    expect(held).toBe(lines.slice(line - 1, endLine).join('\n'));
    for (let row = line - 1; row < endLine; row += 1) holders[row]! += 1;
  }
  const wrong = holders.flatMap((count, row) =>
    count === 1 || (count === 0 && isEmptyLine(lines[row]!)) ? [] : [`${row + 1} in ${count}: ${lines[row]}`],
  );
  expect(wrong).toEqual([]);
}

describe.each(everyLanguage)('%s', (language) => {
  test('shows its definitions, uses and imports, and is cut along them', async () => {
    const parsed = await parser.parse({ path: `src/${language}`, text: sample(language), language });
    expect(parsed).toMatchObject({ language, problem: null, skip: null });
    await expect(summaryOf(parsed)).toMatchFileSnapshot(`./testing/${language}.golden.txt`);
    expectWhole(sample(language), parsed);
  });

  test('is taken whole when it is cut off or mangled anywhere', async () => {
    const text = sample(language);
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length),
        fc.nat(text.length),
        fc.string({ unit: 'binary' }),
        async (a, b, noise) => {
          const mangled = text.slice(0, Math.min(a, b)) + noise + text.slice(Math.max(a, b));
          const parsed = await parser.parse({ path: 'a', text: mangled, language });
          expectWhole(mangled, parsed);
          for (const { line, endLine } of parsed.symbols) expect(endLine).toBeGreaterThanOrEqual(line);
        },
      ),
      { seed: 13, numRuns: 15 },
    );
  });
});

test('line ends of Windows and a byte order mark change nothing', async () => {
  const text = sample('typescript');
  const plain = await parser.parse({ path: 'a.ts', text, language: 'typescript' });
  const windows = `\uFEFF${text.replaceAll('\n', '\r\n')}`;
  expect(await parser.parse({ path: 'a.ts', text: windows, language: 'typescript' })).toEqual(plain);
});

test('names in any script are found at their lines', async () => {
  const text = '/* 😀😀 */ const größe = "🎉";\n\n// 文字\nfunction 文字化け(naïve) { return größe; }\n';
  const { symbols, references, chunks } = await parser.parse({ path: 'a.js', text, language: 'javascript' });
  expect(symbols.map(({ name, line, signature }) => [name, line, signature])).toEqual([
    ['größe', 1, 'größe = "🎉"'],
    ['文字化け', 4, '文字化け(naïve)'],
  ]);
  expect(references).toEqual([{ name: 'größe', kind: 'read', line: 4 }]);
  expect(chunks.map(({ line, endLine }) => [line, endLine])).toEqual([
    [1, 1],
    [3, 4],
  ]);
});

test('a long function is cut between its statements, and each piece says where it is from', async () => {
  const body = Array.from({ length: 50 }, (_, i) => `  if (x > ${i}) {\n    report(${i});\n  }`).join('\n');
  const text = `export function long(x: number) {\n${body}\n}\n`;
  const parsed = await parser.parse({ path: 'a.ts', text, language: 'typescript' });
  expect(parsed.chunks.length).toBe(2);
  for (const chunk of parsed.chunks) {
    expect(chunk).toMatchObject({ kind: 'function', name: 'long', header: 'a.ts > long(x: number)' });
    expect(chunk.endLine - chunk.line).toBeLessThan(80);
  }
  expect(parsed.chunks[1]!.text).toMatch(/^ {2}if/);
  expectWhole(text, parsed);
});

test('the functions in a long function can be found one by one', async () => {
  const inner = (name: string) => `  function ${name}() {\n${'    step();\n'.repeat(40)}  }\n`;
  const text = `function create() {\n  const x = 1;\n${inner('open')}${inner('close')}  return { open, close };\n}\n`;
  const parsed = await parser.parse({ path: 'a.ts', text, language: 'typescript' });
  expect(parsed.chunks.map(({ header }) => header)).toEqual([
    'a.ts > create()',
    'a.ts > create > open()',
    'a.ts > create > close()',
    'a.ts > create()',
  ]);
  expectWhole(text, parsed);
});

test.each([
  ['brackets', 'typescript', `${'([{'.repeat(80)}\n`.repeat(100)],
  ['blocks', 'c', `${'void f() {\n'.repeat(10_000)}${'}\n'.repeat(10_000)}`],
])('%s nested 10,000 deep are cut by lines instead of crashing the parser', async (_, language, text) => {
  const parsed = await parser.parse({ path: 'a', text: `first\n${text}`, language });
  expect(parsed.problem).toMatch(/nested too deep/);
  expectWhole(`first\n${text}`, parsed);
});

test('a file that is too slow to parse is cut by lines, and the next one is parsed', async () => {
  const hurried = await createParser({ limitMs: 30 });
  const text = `x = 1;\n${'+ a\n'.repeat(50_000)}`;
  const parsed = await hurried.parse({ path: 'a.c', text, language: 'c' });
  expect(parsed.problem).toBe('Its syntax could not be read within 0.03 s; it was cut by lines.');
  expectWhole(text, parsed);
  hurried.close();
  expect((await parser.parse({ path: 'b.c', text: sample('c'), language: 'c' })).problem).toBeNull();
});

test('a file that breaks the parser does not break it for the next one', async () => {
  const text = `${'a<'.repeat(50)}\n`.repeat(2000);
  const parsed = await parser.parse({ path: 'a.java', text, language: 'java' });
  expect(parsed.problem).toMatch(/too much for the parser|within 5 s/);
  const next = await parser.parse({ path: 'b.java', text: sample('java'), language: 'java' });
  expect(next.problem).toBeNull();
  expect(next.symbols.length).toBeGreaterThan(5);
}, 30_000);

test.each([
  ['package-lock.json', 'json', '{}\n', 'It is a lock file.'],
  ['a.min.js', 'javascript', 'a()\n', 'It is minified.'],
  ['bundle.js', 'javascript', `a();${'b(1);'.repeat(500)}`, 'It is minified.'],
  ['a.go', 'go', '// Code generated by protoc-gen-go. DO NOT EDIT.\npackage a\n', 'It is generated.'],
  ['a.py', 'python', '"""\n"""\n# @generated by x\n', 'It is generated.'],
  ['a.txt', 'text', 'word '.repeat(250_000), 'It is larger than 1 MB.'],
])('%s is left out, with the reason', async (...[path, language, text, skip]) => {
  expect(await parser.parse({ path, text, language })).toEqual({
    ...{ language, chunks: [], symbols: [], references: [], imports: [] },
    ...{ problem: null, skip },
  });
});

test('a program that writes generated files is no generated file', async () => {
  const text = "const header = '// @generated, DO NOT EDIT';\nexport { header };\n";
  expect((await parser.parse({ path: 'a.ts', text, language: 'typescript' })).skip).toBeNull();
});

test('a language without a grammar is cut in windows of at most 60 lines', async () => {
  const text = Array.from({ length: 200 }, (_, i) => `(define x${i} ${i})`).join('\n');
  const parsed = await parser.parse({ path: 'a.scm', text, language: null });
  expect(parsed.chunks.every(({ kind, line, endLine }) => kind === 'window' && endLine - line < 60)).toBe(
    true,
  );
  expectWhole(text, parsed);
});
