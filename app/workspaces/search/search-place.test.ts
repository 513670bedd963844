import { expect, it } from 'vitest';
import { readTerms, type SearchTerms, writeTerms } from './search-place.ts';

const terms: SearchTerms = {
  ...{ query: 'where is a&b=c#d?', mode: 'regex', languages: ['c_sharp', 'tsx'] },
  ...{ paths: ['src/**', '!**/a&b/*'], kinds: ['function', 'class'] },
  ...{ like: { path: 'src/é: 漢.ts', line: 31 }, duplicates: true },
};

it('keeps a search in the address and finds it there again', () => {
  const address = new URLSearchParams('id=ID&path=src%2Fa.ts&line=3');
  writeTerms(address, terms);
  const again = new URLSearchParams(address.toString());
  expect(readTerms(again)).toEqual(terms);
  expect([again.get('id'), again.get('path'), again.get('line')]).toEqual(['ID', 'src/a.ts', '3']);
});

it('leaves no trace of a search that was cleared', () => {
  const address = new URLSearchParams('id=ID');
  writeTerms(address, terms);
  writeTerms(address, readTerms(new URLSearchParams()));
  expect(address.toString()).toBe('id=ID');
});

it('takes an address that says nonsense for one that says nothing', () => {
  const address = new URLSearchParams('mode=magic&kind=planet&like=0:a&like=x');
  expect(readTerms(address)).toEqual(readTerms(new URLSearchParams()));
});

it('keeps both ends of a pasted trace that is too long for an address', () => {
  const address = new URLSearchParams();
  writeTerms(address, { ...terms, query: `Error: first\n${'x'.repeat(50_000)}\nat last.ts:3` });
  const { query } = readTerms(address);
  expect(query.length).toBeLessThan(2100);
  expect(query).toMatch(/^Error: first\n[^]*at last\.ts:3$/);
});
