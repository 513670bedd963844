import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSmallWorkspace } from '../testing/small-workspace.ts';
import { pageRank } from './page-rank.ts';
import { rankSymbols, type RankInput } from './rank-symbols.ts';
import { estimateTokens, fitMap } from './repo-map.ts';

let place: Awaited<ReturnType<typeof openSmallWorkspace>>;
const rank = (input: Partial<RankInput> = {}) =>
  rankSymbols(place, { folder: '', focus: [], limit: 1000, ...input });

beforeAll(async () => {
  const users: Record<string, string> = {};
  for (let at = 0; at < 6; at += 1) {
    users[`src/screen${at}.ts`] =
      `import { openConnection } from './core/connection.ts';\nexport function screen${at}() {\n  return openConnection(${at});\n}\n`;
  }
  place = await openSmallWorkspace({
    ...users,
    'src/core/connection.ts':
      "import { checkPort, parseAddress } from './address.ts';\nexport function openConnection(port: number): string {\n  return parseAddress(checkPort(port));\n}\nexport function unusedNeighbour() {}\n",
    'src/core/address.ts':
      'export function parseAddress(port: number): string {\n  return String(port);\n}\nexport function checkPort(port: number) {\n  return port;\n}\n',
    'src/screen5.extra.ts': "import { screen5 } from './screen5.ts';\nscreen5();\n",
    'readme.md': '# Nothing to call\n',
  });
});
afterAll(() => place.close());

test('what most of a workspace uses stands first, and its signature with it', () => {
  const { symbols, total } = rank();
  expect(symbols.slice(0, 2).map(({ symbol }) => symbol.name)).toEqual(['openConnection', 'parseAddress']);
  expect(symbols[0]?.symbol.signature).toContain('openConnection(port: number)');
  const names = symbols.map(({ symbol }) => symbol.name);
  expect(names.indexOf('screen5')).toBeLessThan(names.indexOf('screen4'));
  expect(total).toEqual({ files: 10, symbols: 10 });
});

test('a map of a folder shows only that folder, ranked by the whole workspace', () => {
  const { symbols } = rank({ folder: 'src/core' });
  expect(symbols.map(({ symbol }) => symbol.name)).toEqual([
    'openConnection',
    'parseAddress',
    'checkPort',
    'unusedNeighbour',
  ]);
});

test('seen from one file, what that file uses comes before what others use', () => {
  const { symbols } = rank({ focus: ['src/screen5.extra.ts'] });
  expect(symbols[0]?.symbol.name).toBe('screen5');
});

test('a map is as full as its budget allows and never over it, whatever the budget and however it is counted', async () => {
  const ranked = rank();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 300 }),
      fc.constantFrom(1, 3, 4),
      async (budget, characters) => {
        const count = (text: string) => Math.ceil(text.length / characters);
        const map = await fitMap(ranked, budget, count);
        expect(map.tokens).toBeLessThanOrEqual(budget);
        expect(map.tokens).toBe(count(map.text));
        const shown = map.files.reduce((sum, { symbols }) => sum + symbols.length, 0);
        if (shown === ranked.symbols.length) return;
        expect(map.truncated).toBe(true);
        const one = await fitMap({ ...ranked, symbols: ranked.symbols.slice(0, shown + 1) }, 100_000, count);
        expect(one.tokens).toBeGreaterThan(budget);
      },
    ),
  );
});

test('a map reads as paths with the lines of their symbols', async () => {
  const { text, tokens } = await fitMap(rank({ folder: 'src/core' }), 1000, estimateTokens);
  expect(text).toBe(
    [
      'src/core/connection.ts:',
      '  2: function openConnection(port: number): string',
      '  5: function unusedNeighbour()',
      '',
      'src/core/address.ts:',
      '  1: function parseAddress(port: number): string',
      '  4: function checkPort(port: number)',
    ].join('\n'),
  );
  expect(tokens).toBe(Math.ceil(text.length / 4));
});

test('ranks add up to one and follow the links', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(7), { maxLength: 4 }), { minLength: 8, maxLength: 8 }), (links) => {
      const ranks = pageRank(links.map((own) => own.map((to) => ({ to, weight: 1 }))));
      expect(ranks.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 6);
    }),
  );
  const [star = 0, ...rest] = pageRank([[], [{ to: 0, weight: 1 }], [{ to: 0, weight: 1 }]]);
  expect(rest.every((one) => one < star)).toBe(true);
});
