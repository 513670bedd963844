import { array, assert, constantFrom, integer, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GROUP_LINES, type Block } from './block.ts';
import { BlockSplitter } from './block-splitter.ts';

const split = (text: string): Block[] => new BlockSplitter().advance(text).flat();
const texts = (text: string) =>
  split(text).map((block) =>
    block.kind === 'code' ? `<${block.language}> ${block.groups.join('\n')}` : block.text,
  );

/** The same text arriving in pieces of the given lengths. */
function inPieces(text: string, lengths: readonly number[]): Block[] {
  const splitter = new BlockSplitter();
  let at = 0;
  let turn = 0;
  while (at < text.length) {
    at += lengths[turn % lengths.length] ?? 1;
    turn += 1;
    splitter.advance(text.slice(0, at));
  }
  return splitter.advance(text).flat();
}

describe('a growing Markdown text', () => {
  test('becomes paragraphs, headings, lists and fences', () => {
    const text =
      '# One\nFirst\nparagraph.\n\n- a\n- b\n\n- c\n\nAfter.\n```ts file.ts\nlet a;\n\nlet b;\n```\nEnd';
    expect(texts(text)).toEqual([
      '# One',
      'First\nparagraph.',
      '- a\n- b\n\n- c',
      'After.',
      '<ts> let a;\n\nlet b;',
      'End',
    ]);
  });

  test('keeps the name that follows the language of a fence', () => {
    expect(split('```ts watcher.ts\n```\n')[0]).toMatchObject({
      language: 'ts',
      meta: 'watcher.ts',
      open: false,
    });
  });

  test('keeps a fence that belongs to a list item in its list, so that the numbers go on', () => {
    const text = '1. Install\n\n   ```bash\n   npm i\n\n   npm start\n   ```\n\n2. Open\n';
    expect(texts(text)).toEqual([text.trimEnd()]);
  });

  test('shows a fence as code from its first line on, without the backticks that end it', () => {
    const blocks = split('```js\nlet a\n``');
    expect(blocks).toMatchObject([{ kind: 'code', language: 'js', groups: ['let a'], open: true }]);
  });

  test('ends a fence only with as many marks as began it', () => {
    expect(texts('````md\n```js\n```\n````\nafter\n')).toEqual(['<md> ```js\n```', 'after']);
  });

  test('keeps a formula of several lines with blank lines whole', () => {
    expect(texts('$$\na\n\nb\n$$\nText\n')).toEqual(['$$\na\n\nb\n$$', 'Text']);
  });

  test('starts a list below a line of text without a blank line', () => {
    expect(texts('Steps:\n- a\n- b\n')).toEqual(['Steps:', '- a\n- b']);
    expect(texts('born in\n1984. A year\n')).toEqual(['born in\n1984. A year']);
  });

  test('says which blocks use a link that is defined elsewhere', () => {
    const splitter = new BlockSplitter();
    const blocks = splitter.advance('See [docs][d].\n\nPlain.\n\n[d]: https://example.com\n').flat();
    expect(blocks.map((block) => block.kind === 'markdown' && block.refers)).toEqual([true, false, false]);
    expect(splitter.definitions).toContain('https://example.com');
  });
});

describe('the cost of a piece of a long text', () => {
  test.each([
    ['a list', '- item with some words\n'.repeat(4000)],
    ['a table', `| a | b |\n| - | - |\n${'| 1 | 2 |\n'.repeat(4000)}`],
    ['a paragraph of many lines', 'a line of text\n'.repeat(4000)],
    ['one endless line', 'word '.repeat(20_000)],
    ['a quotation', '> a quoted line\n'.repeat(4000)],
  ])('is bounded for %s: no block grows beyond 8,000 characters and no text is lost', (_, text) => {
    const blocks = split(text);
    expect(Math.max(...texts(text).map((block) => block.length))).toBeLessThan(8000);
    const words = texts(text)
      .join(' ')
      .replaceAll(/\| a \| b \|\n\| - \| - \|/g, '')
      .match(/[a-z0-9]+/g)?.length;
    expect(words).toBe(text.replace('| a | b |\n| - | - |', '').match(/[a-z0-9]+/g)?.length);
    expect(blocks.slice(1).every((block) => block.kind === 'markdown' && block.joined)).toBe(true);
  });

  test('is bounded for code: finished runs of lines and finished sections keep their identity', () => {
    const splitter = new BlockSplitter();
    const code = Array.from({ length: 1000 }, (_, line) => `line ${line}`);
    const before = splitter.advance(
      `${'Paragraph.\n\n'.repeat(100)}\`\`\`\n${code.slice(0, 500).join('\n')}`,
    );
    const after = splitter.advance(`${'Paragraph.\n\n'.repeat(100)}\`\`\`\n${code.join('\n')}`);
    expect(after.slice(0, 4).every((section, index) => section === before[index])).toBe(true);
    const open = after.flat().at(-1);
    expect(open).toMatchObject({ kind: 'code', open: true });
    expect(open?.kind === 'code' && open.groups.length).toBe(1000 / GROUP_LINES);
  });

  test('changes only the last block while text arrives', () => {
    const splitter = new BlockSplitter();
    const first = splitter.advance('One.\n\nTwo.\n\nThr').flat();
    const second = splitter.advance('One.\n\nTwo.\n\nThree').flat();
    expect(second[0]).toBe(first[0]);
    expect(second[1]).toBe(first[1]);
    expect(second[2]).not.toBe(first[2]);
    expect(second[2]?.key).toBe(first[2]?.key);
  });
});

test('however a text arrives, the blocks are the same', () => {
  const line = constantFrom(
    '',
    'text',
    '- item',
    '  more',
    '1. one',
    '```js',
    '```',
    '~~~',
    '> quote',
    '# head',
    '| a | b |',
    '| - | - |',
    '$$',
    '\\[',
    '\\]',
    '---',
    '    code',
    '[a]: b',
    '- ```',
  );
  assert(
    property(
      array(line, { maxLength: 60 }),
      array(integer({ min: 1, max: 9 }), { minLength: 1 }),
      (lines, lengths) => {
        const text = lines.join('\n');
        expect(inPieces(text, lengths)).toEqual(split(text));
      },
    ),
  );
});

test('a text that is not a continuation is recognised', () => {
  const splitter = new BlockSplitter();
  splitter.advance('One');
  expect(splitter.continues('One two')).toBe(true);
  expect(splitter.continues('Two')).toBe(false);
});
