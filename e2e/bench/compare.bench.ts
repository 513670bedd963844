// What a comparison costs what it measures: the speed of a contestant in it over the same model alone, in rounds by
// turns; and the memory of six contestants, two models, over a budget that holds one of them.
import type { Comparison } from '../../server/features/compare/contract.ts';
import { openRoom } from '../../server/features/compare/testing/room.ts';
import type { GenerationResult } from '../../server/generation/generation.ts';
import { median } from './figure.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15);
const WARM_UP = 2;
const TOKENS = 400;
const BUDGET = 800 * 2 ** 20;
const prompt = 'What is MLX Code?';
// Hot enough that no end token comes for a long time; a decode step costs the same.
const parameters = { temperature: 5, max_tokens: TOKENS, seed: 7 };

await compareSpeed();
await compareMemory();

async function compareSpeed(): Promise<void> {
  const room = await openRoom();
  const inComparison = async () => {
    const contestants = [TOKENS, TOKENS + 1].map((max_tokens) => ({
      model_id: 'guide',
      parameters: { ...parameters, max_tokens },
    }));
    const { id } = await room.create({ contestants, prompt, blind: false });
    const { answers } = await room.ended(id);
    room.events.length = 0;
    return answers.map((answer) =>
      rateOf(answer.usage?.completion_tokens, answer.timings?.tokens_per_second),
    );
  };
  const alone = async (name: string) => {
    const { promise, resolve } = Promise.withResolvers<GenerationResult>();
    const nothing = () => undefined;
    const messages = [{ role: 'user' as const, content: prompt }];
    const sink = {
      admitted: nothing,
      state: nothing,
      delta: nothing,
      journal: nothing,
      interrupted: nothing,
    };
    const request = {
      id: name,
      modelId: 'guide',
      messages,
      sampling: parameters,
      resume: null,
    };
    room.generations.start(request, { ...sink, finished: resolve });
    const { usage, timings } = await promise;
    return rateOf(usage.completion_tokens, timings.tokens_per_second);
  };
  const rates: { compared: number[]; alone: number[]; ratios: number[] } = {
    compared: [],
    alone: [],
    ratios: [],
  };
  try {
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const before = await alone(`before-${round}`);
      const both = await inComparison();
      const compared = both.reduce((sum, rate) => sum + rate, 0) / both.length;
      const after = await alone(`after-${round}`);
      if (round < 0) continue;
      rates.compared.push(compared);
      rates.alone.push((before + after) / 2);
      rates.ratios.push(compared / ((before + after) / 2));
    }
  } finally {
    await room.close();
  }
  console.log(
    `speed in a comparison ${median(rates.compared).toFixed(0)} tok/s, alone ${median(rates.alone).toFixed(0)} tok/s: ` +
      `median ratio ${median(rates.ratios).toFixed(3)} of ${ROUNDS} rounds`,
  );
}

function rateOf(tokens = 0, rate = 0): number {
  if (tokens < TOKENS / 2) throw new Error('the answer ended too soon to be timed');
  return rate;
}

async function compareMemory(): Promise<void> {
  const room = await openRoom({ memoryBudget: BUDGET });
  let reserved = 0;
  let held = 0;
  let looking: Promise<unknown> | undefined;
  const look = () => {
    // What is leaving makes room: the next one starts when it is gone.
    const there = room.engines.pool.list().filter(({ state }) => state !== 'stopping');
    reserved = Math.max(
      reserved,
      there.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0),
    );
    looking ??= room.activity.engines().then((engines) => {
      looking = undefined;
      held = Math.max(
        held,
        engines.reduce((sum, { processBytes }) => sum + (processBytes ?? 0), 0),
      );
    });
  };
  const timer = setInterval(look, 50);
  room.engines.pool.onChange(look);
  try {
    const contestants = ['guide', 'guide-small'].flatMap((model_id) =>
      [0, 0.5, 1].map((temperature) => ({ model_id, parameters: { temperature, max_tokens: 200, seed: 3 } })),
    );
    const comparison: Comparison = await room.create({ contestants, prompt, blind: false });
    const { answers } = await room.ended(comparison.id);
    const complete = answers.filter(({ status }) => status === 'complete').length;
    const shown = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
    console.log(
      `six contestants, ${complete} answered: reserved at most ${shown(reserved)}, engines resident at most ${shown(held)}, ` +
        `budget ${shown(BUDGET)}`,
    );
  } finally {
    clearInterval(timer);
    await room.close();
  }
}
