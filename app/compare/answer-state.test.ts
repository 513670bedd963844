import { expect, test } from 'vitest';
import { readState } from './answer-state.ts';

test.each([
  [{ phase: 'loading', fraction: 0.4, stage: 'weights' }, 'loading the model 40 %', 0.4],
  [{ phase: 'loading' }, 'loading the model', null],
  [{ phase: 'prefill', done: 10, total: 40, cached: 10 }, 'reading the prompt 50 %', 0.5],
  [{ phase: 'prefill', done: 0, total: 0, cached: 0 }, 'reading the prompt', null],
  [{ phase: 'answering' }, 'answering', null],
])('a state %j is said as "%s"', (state, words, fraction) => {
  expect(readState(state)).toEqual({ words, fraction });
});

test.each([[null], ['loading'], [{ phase: 'unheard of' }], [{}]])('%j says nothing', (state) => {
  expect(readState(state)).toBeNull();
});
