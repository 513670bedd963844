import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PromptMessage } from './generation.ts';
import { buildPrompt, fitPrompt } from './prompt.ts';

const path: PromptMessage[] = [
  { role: 'user', content: 'first question' },
  { role: 'assistant', content: 'first answer' },
  { role: 'user', content: 'second question' },
  { role: 'assistant', content: 'second answer' },
  { role: 'user', content: 'third question' },
];
const messages = buildPrompt('Be brief.', path);
const count = { tokens: 63, perMessage: [10, 10, 10, 10, 10, 10], contextWindow: 100 };

describe('buildPrompt', () => {
  it('puts the system prompt first', () => {
    expect(messages[0]).toEqual({ role: 'system', content: 'Be brief.' });
    expect(messages.slice(1)).toEqual(path);
  });

  it('adds no empty system message', () => {
    expect(buildPrompt('  \n', path)).toEqual(path);
  });
});

describe('fitPrompt', () => {
  it('leaves a prompt that fits as it is', () => {
    const fitted = fitPrompt({ messages, count, reserved: 37 });
    expect(fitted).toMatchObject({ tokens: 63, fits: true, dropped: { messages: 0, tokens: 0 } });
    expect(fitted.messages).toEqual(messages);
  });

  it('drops the oldest question together with its answer', () => {
    const fitted = fitPrompt({ messages, count, reserved: 38 });
    expect(fitted.dropped).toEqual({ messages: 2, tokens: 20 });
    expect(fitted.messages).toEqual([messages[0], ...path.slice(2)]);
    expect(fitted.droppedFlags).toEqual([false, true, true, false, false, false]);
    expect(fitted.tokens).toBe(43);
  });

  it('keeps the system prompt and the last question, and says that they are too long', () => {
    const fitted = fitPrompt({ messages, count, reserved: 90 });
    expect(fitted.messages).toEqual([messages[0], path[4]]);
    expect(fitted.fits).toBe(false);
  });

  it('drops no more turns than needed, whatever their lengths', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 21 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 3_000 }), (perMessage, contextWindow) => {
        const given = perMessage.map(
          (_, index): PromptMessage => ({ role: index % 2 ? 'assistant' : 'user', content: `${index}` }),
        );
        const tokens = perMessage.reduce((sum, value) => sum + value, 3);
        const fitted = fitPrompt({
          messages: given,
          count: { tokens, perMessage, contextWindow },
          reserved: 0,
        });
        const left = fitted.messages.reduce((sum, message) => sum + perMessage[Number(message.content)]!, 3);
        expect(fitted.tokens).toBe(left);
        expect(fitted.messages.at(-1)).toEqual(given.at(-1));
        const first = fitted.droppedFlags.indexOf(false);
        const lastTurn =
          first === 0 ? 0 : perMessage.slice(first - 2, first).reduce((sum, value) => sum + value, 0);
        if (first > 0) expect(left + lastTurn).toBeGreaterThan(contextWindow);
      }),
    );
  });
});
