import { javascript } from '@codemirror/lang-javascript';
import { ensureSyntaxTree } from '@codemirror/language';
import { EditorState } from '@codemirror/state';
import { expect, it } from 'vitest';
import { nameAt } from './names.ts';

const TEXT = '// shouldRetry is told here\nreturn shouldRetry(`at ${$attempt}`, "error", 5);\n';

/** The name where `word` stands for the nth time. */
function found(word: string, nth = 0) {
  const state = EditorState.create({ doc: TEXT, extensions: javascript() });
  ensureSyntaxTree(state, TEXT.length, 5000);
  let at = TEXT.indexOf(word);
  for (let count = 0; count < nth; count += 1) at = TEXT.indexOf(word, at + 1);
  return nameAt(state, at + 1);
}

it('takes a name of the code for a name, with its line', () => {
  expect(found('shouldRetry', 1)).toEqual({ name: 'shouldRetry', line: 2 });
  expect(found('$attempt')).toEqual({ name: '$attempt', line: 2 });
});

it('takes no word of a comment, a text, a number or the language for a name', () => {
  expect([found('shouldRetry'), found('at '), found('error'), found('5'), found('return')]).toEqual([
    ...[null, null, null, null, null],
  ]);
});
