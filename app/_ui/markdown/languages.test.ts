import { expect, test } from 'vitest';
import { GRAMMARS } from './grammars.ts';
import { grammarOf, languageName } from './languages.ts';

test('every grammar that can be fetched is known by its name', () => {
  expect(Object.keys(GRAMMARS).filter((grammar) => grammarOf(grammar) !== grammar)).toEqual([]);
});

test.each([
  ['ts', 'typescript', 'TypeScript'],
  ['PY', 'python', 'Python'],
  ['sh', 'bash', 'Shell'],
  ['brainfuck', null, 'brainfuck'],
  ['constructor', null, 'constructor'],
  ['', null, 'Text'],
])('a fence marked %s is coloured as %s and called %s', (language, grammar, name) => {
  expect(grammarOf(language)).toBe(grammar);
  expect(languageName(language)).toBe(name);
});

test('every known name has a grammar to fetch', () => {
  for (const name of ['js', 'ts', 'c++', 'dockerfile', 'objc', 'vue']) {
    expect(GRAMMARS[grammarOf(name) ?? '']).toBeDefined();
  }
});
