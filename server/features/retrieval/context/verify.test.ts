import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ContextSource } from './contract.ts';
import { verify } from './verify.ts';

const CODE = `export function flush(events: Event[]): void {
  const renamed = events.filter((event) => event.inode !== undefined);
  for (const event of renamed) {
    index.move(event.from, event.path);
  }
}

/** Closes the queue, "for good and all". */
export async function close(): Promise<void> {
  await writer.end();
}`;

const source = (number: number, text = CODE, more: Partial<ContextSource> = {}): ContextSource => ({
  number,
  workspace_id: '01JD0000000000000000000000',
  path: 'src/watcher.ts',
  line: 88,
  end_line: 88 + text.split('\n').length - 1,
  name: 'flush',
  language: 'typescript',
  text,
  tokens: 50,
  file_hash: 'f'.repeat(64),
  reason: 'words',
  score: 1,
  ...more,
});

const told = (
  answer: string,
  sources = [source(1), source(2, 'def other():\n    return 1', { path: 'b.py', line: 3, end_line: 4 })],
) =>
  verify(answer, sources).map(({ from, to, kind, state, source: number, line }) => [
    answer.slice(from, to),
    kind,
    state,
    number,
    line,
  ]);

describe('references', () => {
  test('a number leads to its source, one without a source to none', () => {
    expect(told('It is moved [1], and [2, 9] too.')).toEqual([
      ['1', 'reference', 'verified', 1, 88],
      ['2', 'reference', 'verified', 2, 3],
      ['9', 'reference', 'unverified', null, 0],
    ]);
  });
  test('an index, a link and what stands in code are no references', () => {
    expect(
      told('rows[1] and [1](https://x.y) and `at [1]`\n\n[1]: https://x.y\n\n```\nx = [1]\n```'),
    ).toEqual([]);
  });
  test('a line of a source is verified, a line outside of it is not', () => {
    expect(told('See src/watcher.ts:90 and watcher.ts:88-91, not `src/watcher.ts:4`.')).toEqual([
      ['src/watcher.ts:90', 'reference', 'verified', 1, 90],
      ['watcher.ts:88-91', 'reference', 'verified', 1, 88],
      ['src/watcher.ts:4', 'reference', 'unverified', 1, 4],
    ]);
  });
  test('a host with a port is no line of a file, a file that was not read is not verified', () => {
    expect(told('Open http://example.com:8080 or example.com:80; src/other.ts:5 says why.')).toEqual([
      ['src/other.ts:5', 'reference', 'unverified', null, 5],
    ]);
  });
});

describe('quotes', () => {
  test('code that is there is verified with its line, whatever its indentation', () => {
    expect(
      told('Look:\n```ts\nfor (const event of renamed) {\n  index.move(event.from, event.path);\n```\n'),
    ).toEqual([
      ['for (const event of renamed) {\n  index.move(event.from, event.path);\n', 'quote', 'verified', 1, 90],
    ]);
  });
  test('inline code and quoted text are held against the sources too', () => {
    expect(
      told('It calls `await writer.end()` and says "for good and all", not `await writer.close()`.'),
    ).toEqual([
      ['await writer.end()', 'quote', 'verified', 1, 97],
      ['for good and all', 'quote', 'verified', 1, 95],
      ['await writer.close()', 'quote', 'unverified', null, 0],
    ]);
  });
  test('lines that do not follow each other in the file are not a quote of it', () => {
    expect(told('```\nfor (const event of renamed) {\nawait writer.end();\n```')[0]?.[2]).toBe('unverified');
  });
  test('an answer that was cut off inside its code is judged by what is there', () => {
    expect(told('```ts\nexport async function close(): Pro')).toMatchObject([
      [expect.anything(), 'quote', 'verified', 1, 96],
    ]);
  });
  test('names are too short to be quotes', () => {
    expect(told('`flush` and "index"')).toEqual([]);
  });
});

/** Independent of the code under test: without any white space at all, the text must be there. */
const bare = (text: string) => text.replace(/\s+/g, '');
const lines = CODE.split('\n').filter((line) => line.trim().length >= 12);
const quote = fc.nat(lines.length - 1).map((index) => lines[index]!.trim());

describe('over answers that were changed anywhere', () => {
  test('every verified quote is really there, at the line that is told', () => {
    const edit = fc.tuple(fc.nat(), fc.nat(3), fc.string({ maxLength: 3 }));
    fc.assert(
      fc.property(
        fc.array(quote, { minLength: 1, maxLength: 4 }),
        fc.array(edit, { maxLength: 4 }),
        (quotes, edits) => {
          let answer = quotes
            .map((one, index) => (index % 2 ? `\`${one}\`` : `\`\`\`ts\n${one}\n\`\`\``))
            .join('\n\nand [1]\n\n');
          for (const [at, cut, put] of edits) {
            const place = at % (answer.length + 1);
            answer = answer.slice(0, place) + put + answer.slice(place + cut);
          }
          for (const { from, to, kind, state, line, end_line } of verify(answer, [source(1)])) {
            if (kind !== 'quote' || state !== 'verified') continue;
            const said = bare(answer.slice(from, to));
            const there = CODE.split('\n')
              .slice(line - 88, end_line - 88 + 1)
              .join('\n');
            expect(bare(there)).toContain(said);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('a quote with one other character is never verified', () => {
    fc.assert(
      fc.property(quote, fc.nat(), fc.constantFrom('x', '7', ';', '(', 'é'), (text, at, other) => {
        const place = at % text.length;
        const changed = text.slice(0, place) + other + text.slice(place + 1);
        fc.pre(!bare(CODE).includes(bare(changed)));
        const states = verify(`\`\`\`\n${changed}\n\`\`\``, [source(1)]).filter(
          ({ kind }) => kind === 'quote',
        );
        expect(states.map(({ state }) => state)).toEqual(['unverified']);
      }),
      { numRuns: 1000 },
    );
  });

  test('any text is read without failing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void verify(text, [source(1)])),
    );
    const hostile = [
      '`'.repeat(50_000),
      '[1'.repeat(50_000),
      'a@'.repeat(50_000),
      '"'.repeat(50_001),
      'a/'.repeat(9_000),
      '` '.repeat(9_000),
    ];
    for (const text of hostile) verify(text, [source(1)]);
  });
});
