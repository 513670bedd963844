import { expect, test } from 'vitest';
import { splitWords } from './split-words.ts';

test.each([
  ['getUserName_v2', 'get user name v2 getusername'],
  ['HTTPServer', 'http server httpserver'],
  ['parseHTMLDocument', 'parse html document parsehtmldocument'],
  ['snake_case_name', 'snake case name'],
  ['__init__', 'init'],
  ['SCREAMING_CASE', 'screaming case'],
  ['sha256sum', 'sha256sum'],
  ['base64Encode', 'base64 encode base64encode'],
  ['listURLs', 'list urls listurls'],
  ['userIDsOf', 'user ids of useridsof'],
  ['IsA', 'is a isa'],
  ['kebab-case.name', 'kebab case name'],
  ['', ''],
  ['---', ''],
])('%s is found as %s', (text, words) => {
  expect(splitWords(text)).toBe(words);
});

test('nothing of a query language is left', () => {
  expect(splitWords('a AND b* NEAR("c", 2) OR -x:^{y} + z;')).toBe('a and b near c 2 or x y z');
});

test('letters of any script are words, in lower case', () => {
  expect(splitWords('GrößeÄndern — «Привет», naïve')).toBe('größe ändern größeändern привет naïve');
});

test('writing without spaces is found by its characters', () => {
  expect(splitWords('文字化けfix検索')).toBe('文 字 化 け fix 検 索');
});

test('a hash or base64 leaves one short word, however long it is', () => {
  expect(splitWords(`x ${'aB3'.repeat(100_000)} y`)).toBe(`x ${'ab3'.repeat(100).slice(0, 64)} y`);
});

test('what one text held is not seen in the next', () => {
  splitWords('long '.repeat(10_000));
  expect(splitWords('short')).toBe('short');
  splitWords('größe '.repeat(10_000));
  expect(splitWords('ü')).toBe('ü');
});
