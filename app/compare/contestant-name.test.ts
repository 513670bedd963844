import { describe, expect, test } from 'vitest';
import { contestantNames, settingsWords } from './contestant-name.ts';

const guide = { label: '', model_name: 'Guide', parameters: {}, system_prompt: '' };

describe('the names of contestants', () => {
  test('are those of the models where each model is there once', () => {
    const names = contestantNames([
      { ...guide, id: 'a', parameters: { temperature: 0.2 } },
      { ...guide, id: 'b', model_name: 'Qwen' },
    ]);
    expect([...names.values()]).toEqual(['Guide', 'Qwen']);
  });

  test('tell one model at two temperatures apart', () => {
    const names = contestantNames([
      { ...guide, id: 'a', parameters: { temperature: 0.2 } },
      { ...guide, id: 'b' },
    ]);
    expect([...names.values()]).toEqual(['Guide (temperature 0.2)', 'Guide (as it is)']);
  });

  test('leave out what the two have in common', () => {
    const names = contestantNames([
      { ...guide, id: 'a', parameters: { temperature: 0, max_tokens: 60 }, system_prompt: 'Be brief.' },
      { ...guide, id: 'b', parameters: { temperature: 1, max_tokens: 60 }, system_prompt: 'Be brief.' },
    ]);
    expect([...names.values()]).toEqual(['Guide (temperature 0)', 'Guide (temperature 1)']);
  });

  test('are what the person wrote where there is a label', () => {
    const names = contestantNames([
      { ...guide, id: 'a', label: 'Strict' },
      { ...guide, id: 'b' },
    ]);
    expect([...names.values()]).toEqual(['Strict', 'Guide']);
  });

  test('numbers are said as they were meant', () => {
    const words = settingsWords({
      parameters: { temperature: 0.2 * 3, seed: 4294967295 },
      system_prompt: '',
    });
    expect(words).toBe('temperature 0.6, seed 4294967295');
  });

  test('settings are said in words, the system prompt without its text', () => {
    const words = settingsWords({ parameters: { max_tokens: 64, seed: 7 }, system_prompt: 'Be brief.' });
    expect(words).toBe('at most 64 tokens, seed 7, own system prompt');
  });
});
