// @vitest-environment happy-dom
import { beforeEach, describe, expect, test } from 'vitest';
import { firstDrafts, inputsOf, keepDrafts, keptDrafts, newDraft, problemsOf } from './contestant-drafts.ts';

const usable = new Set(['guide', 'guide-small']);

beforeEach(() => localStorage.clear());

describe('contestants to begin with', () => {
  test('are two models where there are two', () => {
    expect(firstDrafts([...usable]).map(({ model_id }) => model_id)).toEqual(['guide', 'guide-small']);
  });

  test('are one model at two temperatures where there is one', () => {
    const drafts = firstDrafts(['guide']);
    expect(drafts.map(({ parameters }) => parameters.temperature)).toEqual([0, 0.8]);
    expect(problemsOf(drafts, usable)).toEqual([null, null]);
  });

  test('are those of the last comparison whose models are still here', () => {
    keepDrafts([newDraft('guide', { seed: 1 }), newDraft('gone'), newDraft('guide-small')]);
    const kept = keptDrafts(usable) ?? [];
    expect(inputsOf(kept)).toEqual(inputsOf([newDraft('guide', { seed: 1 }), newDraft('guide-small')]));
  });

  test.each(['{oops', '[null, 3]', '{}', '[{"model_id":"guide"}]'])('are not taken from %s', (text) => {
    localStorage.setItem('mlx-code.compare.contestants', text);
    expect(keptDrafts(usable)).toBeNull();
  });
});

describe('a contestant cannot take part', () => {
  test('twice: labels alone make no difference', () => {
    const problems = problemsOf([newDraft('guide'), { ...newDraft('guide'), label: 'again' }], usable);
    expect(problems).toEqual([null, expect.stringContaining('same as contestant 1')]);
  });

  test('without a model, or with one that is gone', () => {
    const problems = problemsOf([newDraft(null), newDraft('gone')], usable);
    expect(problems).toEqual(['Choose a model.', expect.stringContaining('not on this machine')]);
  });
});
