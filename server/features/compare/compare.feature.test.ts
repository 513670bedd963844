import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { longQuestion as LONG, pidOf } from '#server/worker/testing/engines.ts';
import type { Answer, Ballot, Comparison, ContestantSummary, Ensemble, PromptSet, Turn } from './contract.ts';
import { MODELS, openRoom, type Refusal, type TestRoom } from './testing/room.ts';

/** Room for one of the two models, and not for both. */
const ONE_MODEL = 800 * 2 ** 20;

const guide = { model_id: 'guide', parameters: { max_tokens: 400 } };
const small = { model_id: 'guide-small', parameters: { max_tokens: 400 } };
const both = [guide, small];

let room: TestRoom;

beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

const ask = (prompt: string, more: object = {}) =>
  room.create({ contestants: both, prompt, blind: false, ...more });
const byModel = (comparison: Comparison, { answers }: Turn, modelId: string): Answer => {
  const { id } = comparison.contestants.find((contestant) => contestant.model_id === modelId)!;
  return answers.find((answer) => answer.contestant_id === id)!;
};
const refusal = (promise: Promise<unknown>): Promise<Refusal> =>
  promise.then(
    () => expect.fail('was not refused'),
    (error) => error,
  );

describe('one prompt to two models', () => {
  it('is answered by each alone, and what was streamed is what is kept', async () => {
    const comparison = await ask('How do I load a model?');
    const turn = await room.ended(comparison.id);
    for (const answer of turn.answers) {
      expect(answer).toMatchObject({ status: 'complete', alone: true, error: null });
      expect(answer.timings!.tokens_per_second).toBeGreaterThan(0);
      expect(answer.memory_bytes).toBeGreaterThan(10 * 2 ** 20);
      const shown = room.events.flatMap(({ event, args }) => {
        const delta = args[0] as { answer_id: string; text: string };
        return event === 'compare.delta' && delta.answer_id === answer.id ? [delta.text] : [];
      });
      expect(shown.join('')).toBe(answer.text);
      expect(answer.text).not.toBe('');
    }
    expect((await room.open(comparison.id)).comparison).toMatchObject({
      status: 'idle',
      turns: 1,
      answered: 2,
    });
  });

  it('goes on with a follow-up on each one’s own history', async () => {
    const comparison = await ask('How do I load a model?');
    const first = await room.ended(comparison.id);
    const body = { prompt: 'And how do I unload it?', request_id: ulid() };
    const asked = await room.call<Turn>('POST', `/comparisons/${comparison.id}/turns`, body);
    expect((await room.call<Turn>('POST', `/comparisons/${comparison.id}/turns`, body)).id).toBe(asked.id);
    const second = await room.ended(comparison.id, 1);
    for (const model of MODELS) {
      const before = byModel(comparison, first, model.id).usage!;
      const after = byModel(comparison, second, model.id).usage!;
      expect(after.prompt_tokens).toBeGreaterThan(before.prompt_tokens + before.completion_tokens);
    }
    expect((await room.open(comparison.id)).comparison.turns).toBe(2);
  });

  it('reads the prompt once for contestants of one model', async () => {
    const comparison = await ask('How do I load a model?', {
      contestants: [guide, { ...guide, parameters: { max_tokens: 400, temperature: 0.7, seed: 3 } }],
    });
    const { answers } = await room.ended(comparison.id);
    const [first, second] = answers.map((answer) => answer.usage!);
    expect(second!.prompt_tokens).toBe(first!.prompt_tokens);
    expect(Math.max(first!.cached_tokens, second!.cached_tokens)).toBeGreaterThan(first!.prompt_tokens / 2);
  });

  it('is written side by side when timings do not matter and there is room, and says so', async () => {
    // Loaded before: else one may have ended when the other's engine has started.
    await Promise.all(MODELS.map((model) => room.engines.pool.load(model)));
    const comparison = await ask(LONG, { fair_timing: false, contestants: both.map(withTokens(1_000)) });
    const { answers } = await room.ended(comparison.id);
    expect(answers.map((answer) => answer.status)).toEqual(['complete', 'complete']);
    expect(answers.some((answer) => answer.alone === false)).toBe(true);
  });

  it('is checked as was asked', async () => {
    const comparison = await ask('How do I load a model?', {
      checks: [
        { type: 'regex', value: '\\w' },
        { type: 'exact', value: 'nothing of the kind' },
      ],
    });
    await room.ended(comparison.id);
    const { turns } = await room.open(comparison.id);
    const answer = await room.answer(turns[0]!.answers[0]!.id, ({ checks }) => checks.length > 0);
    expect(answer.checks.map(({ passed }) => passed)).toEqual([true, false]);
  });

  it('can be stopped, and tried again', async () => {
    const comparison = await ask(LONG);
    const { turns } = await room.open(comparison.id);
    await room.call('POST', `/comparisons/${comparison.id}/stop`);
    const stopped = await room.ended(comparison.id);
    expect(stopped.answers.some(({ status }) => status === 'cancelled')).toBe(true);
    const { id } = stopped.answers.find(({ status }) => status === 'cancelled')!;
    room.events.length = 0;
    await room.call('POST', `/answers/${id}/retry`);
    expect((await room.answer(id, ({ status }) => status === 'complete')).text).not.toBe('');
    expect(turns[0]!.answers).toHaveLength(2);
  });

  it('fails only in the column that cannot be, with the reason', async () => {
    room.models[1] = { ...MODELS[1]!, path: '/nowhere' };
    const comparison = await ask('How do I load a model?');
    const turn = await room.ended(comparison.id);
    expect(byModel(comparison, turn, 'guide').status).toBe('complete');
    const failed = byModel(comparison, turn, 'guide-small');
    expect(failed).toMatchObject({ status: 'failed', finish_reason: 'error' });
    expect(failed.error!.message.length).toBeGreaterThan(10);
    expect(turn.open_pairs).toEqual([]);
  });

  it('survives kill -9 of an engine without a token lost or doubled', async () => {
    const whole = await room.ended((await ask(LONG, { contestants: [guide, small] })).id);
    const comparison = await ask(LONG, { contestants: [guide, small] });
    const { turns } = await room.open(comparison.id);
    const { id } = byModel(comparison, turns[0]!, 'guide');
    await room.shown(id, 40);
    process.kill(pidOf(room.engines.pool, 'guide'), 'SIGKILL');
    const turn = await room.ended(comparison.id);
    for (const model of MODELS)
      expect(byModel(comparison, turn, model.id).text).toBe(byModel(comparison, whole, model.id).text);
  });

  it('waits for an answer that somebody else reads, so as to be alone', async () => {
    const other = Promise.withResolvers<void>();
    const shown = Promise.withResolvers<void>();
    const nothing = () => undefined;
    room.generations.start(
      {
        ...{ id: 'chat', modelId: 'guide', resume: null },
        messages: [{ role: 'user', content: LONG }],
        sampling: { max_tokens: 1_000 },
      },
      {
        ...{ admitted: nothing, state: nothing, journal: nothing, interrupted: nothing },
        delta: () => shown.resolve(),
        finished: () => other.resolve(),
      },
    );
    await shown.promise;
    const comparison = await ask('How do I load a model?');
    const { answers } = await room.ended(comparison.id);
    expect(answers.map(({ alone }) => alone)).toEqual([true, true]);
    await other.promise;
    expect(
      room.events.some(
        ({ event, args }) => event === 'compare.state' && JSON.stringify(args).includes('waiting'),
      ),
    ).toBe(true);
  });
});

describe('six contestants with memory for one model', () => {
  beforeEach(async () => {
    await room.close();
    room = await openRoom({ memoryBudget: ONE_MODEL });
  });

  it.each([true, false])(
    'answer one model after the other within the budget (fair timing %s)',
    async (fair) => {
      const { pool } = room.engines;
      const seen: { models: number; bytes: number }[] = [];
      const starts = new Set<number>();
      pool.onChange(() => {
        const there = pool.list().filter(({ state }) => state !== 'stopping');
        for (const { pid } of there) if (pid !== null) starts.add(pid);
        const reserved = there.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
        seen.push({ models: there.length, bytes: reserved });
      });
      const contestants = both.flatMap((contestant) =>
        [0, 0.5, 1].map((temperature) => ({
          ...contestant,
          parameters: { max_tokens: 30, temperature, seed: 5 },
        })),
      );
      const comparison = await ask('How do I load a model?', { contestants, fair_timing: fair });
      const { answers } = await room.ended(comparison.id);
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill('complete'));
      expect(Math.max(...seen.map(({ models }) => models))).toBe(1);
      expect(Math.max(...seen.map(({ bytes }) => bytes))).toBeLessThanOrEqual(ONE_MODEL);
      expect(Math.max(...answers.map(({ memory_bytes }) => memory_bytes ?? 0))).toBeLessThanOrEqual(
        ONE_MODEL,
      );
      // Each model was loaded once.
      expect(starts.size).toBe(2);
    },
  );
});

describe('a blind comparison', () => {
  it('tells nobody’s name, figures nor reasons, in no answer and no event, until the vote', async () => {
    room.models[1] = { ...MODELS[1]!, path: '/nowhere/guide-small' };
    const three = [guide, { ...guide, parameters: { max_tokens: 20 } }, small];
    const comparison = await ask('How do I load a model?', { contestants: three, blind: true });
    await room.ended(comparison.id);
    const { turns } = await room.open(comparison.id);
    const [turn] = turns;
    const told = JSON.stringify([
      turns,
      await room.call('GET', `/turns/${turn!.id}/ensemble`),
      await room.call('GET', `/comparisons/${comparison.id}/ballot`),
      room.events.filter(({ topic }) => topic.startsWith('comparison:')),
    ]);
    const secrets = comparison.contestants.flatMap(({ id, model_id, model_name }) => [
      id,
      model_id,
      model_name,
    ]);
    for (const secret of [...secrets, 'nowhere']) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/"(completion_tokens|tokens_per_second|memory|fraction|cached)":/);
    expect(turn!.answers.find(({ status }) => status === 'failed')!.error!.message).toContain('Reveal');
    const { turn: judged } = await room.vote(turn!);
    expect(judged.revealed).toBe(true);
    expect(judged.answers.every(({ contestant_id }) => contestant_id !== null)).toBe(true);
    expect(judged.answers.find(({ status }) => status === 'failed')!.error!.message).not.toContain('Reveal');
  });

  it('has its sides shuffled anew for each prompt', async () => {
    const set = await makeSet(Array.from({ length: 24 }, (_, at) => `Prompt ${at}`));
    const run = await startRun(set, { contestants: both.map(withTokens(1)) });
    await room.job(run.job_id!, ({ status }) => status === 'done');
    const letters: string[] = [];
    for (let after = -1; after < 23; after += 20) {
      const { turns } = await room.call<{ turns: Turn[] }>('GET', `/comparisons/${run.id}?after=${after}`);
      for (const turn of turns) {
        const shown = await room.call<Turn>('POST', `/turns/${turn.id}/reveal`);
        letters.push(shown.answers.find((answer) => answer.contestant_id === run.contestants[0]!.id)!.letter);
      }
    }
    expect(letters).toHaveLength(24);
    // Fair coins: fewer than 2 once in 300,000 runs.
    expect(letters.filter((letter) => letter === 'A').length).toBeGreaterThanOrEqual(2);
    expect(letters.filter((letter) => letter === 'B').length).toBeGreaterThanOrEqual(2);
  });
});

describe('an unattended run', () => {
  it('brings every prompt of a set to every contestant, model by model, to be voted on later', async () => {
    const run = await startRun(await makeSet(['How do I load a model?', 'What is a token?', 'Thank you']), {
      contestants: [guide, withTokens(4)(small)],
    });
    const job = await room.job(run.job_id!, ({ status }) => status === 'done');
    expect(job).toMatchObject({ done: 6, total: 6, unit: 'answers' });
    expect((await room.open(run.id)).comparison).toMatchObject({ status: 'idle', turns: 3, answered: 6 });
    const order = room.events.flatMap(({ event, args }) =>
      event === 'compare.answer' && (args[0] as Answer).status === 'complete' ? [(args[0] as Answer).id] : [],
    );
    const { turns } = await room.open(run.id);
    const { contestants } = await room.call<{ contestants: ContestantSummary[] }>(
      'GET',
      `/comparisons/${run.id}/summary`,
    );
    expect(new Set(order).size).toBe(6);
    expect(contestants).toHaveLength(2);
    const { ballot } = await room.call<{ ballot: Ballot | null }>('GET', `/comparisons/${run.id}/ballot`);
    expect(turns.map(({ id }) => id)).toContain(ballot!.turn.id);
  });

  it('pauses in the middle of an answer and goes on from there', async () => {
    const contestants = both.map(withTokens(1_000));
    const run = await startRun(await makeSet([LONG, LONG]), { blind: false, contestants });
    await room.heard(({ event, args }) => (event === 'compare.delta' ? args[0] : undefined));
    const paused = await room.call<Comparison>('POST', `/comparisons/${run.id}/pause`);
    expect(paused.status).toBe('paused');
    await room.heard(({ event, args }) =>
      event === 'compare.answer' && (args[0] as Answer).status === 'interrupted' ? true : undefined,
    );
    const { turns } = await room.open(run.id);
    const half = turns.flatMap(({ answers }) => answers).find(({ status }) => status === 'interrupted')!;
    await room.call('POST', `/comparisons/${run.id}/resume`);
    await room.job(run.job_id!, ({ status }) => status === 'done');
    const whole = (await room.open(run.id)).turns.flatMap(({ answers }) => answers);
    expect(whole.every(({ status }) => status === 'complete')).toBe(true);
    expect(whole.find(({ id }) => id === half.id)!.text.startsWith(half.text)).toBe(true);
    // The same prompt, greedily answered: what was paused says what the others say.
    const same = whole.filter(
      (answer) => answer.contestant_id === whole.find(({ id }) => id === half.id)!.contestant_id,
    );
    expect(new Set(same.map(({ text }) => text)).size).toBe(1);
  });

  it('gives up a model that cannot be loaded, and goes on with the other', async () => {
    room.models[1] = { ...MODELS[1]!, path: '/nowhere' };
    const run = await startRun(await makeSet(['One', 'Two', 'Three']), { blind: false });
    await room.job(run.job_id!, ({ status }) => status === 'done');
    const { contestants } = await room.call<{ contestants: ContestantSummary[] }>(
      'GET',
      `/comparisons/${run.id}/summary`,
    );
    expect(contestants.map(({ answers, failed }) => [answers, failed])).toEqual([
      [3, 0],
      [0, 3],
    ]);
  });

  it('lets somebody who waits go first', async () => {
    const run = await startRun(await makeSet([LONG, LONG, LONG, LONG]));
    await room.heard(({ event, args }) => (event === 'compare.delta' ? args[0] : undefined));
    const live = await ask('Thank you', { contestants: both.map(withTokens(5)) });
    await room.ended(live.id);
    expect((await room.open(run.id)).comparison.status).toBe('running');
    await room.call('POST', `/comparisons/${run.id}/stop`);
    expect((await room.open(run.id)).comparison.status).toBe('paused');
  });
});

describe('answers seen together', () => {
  it('say how far they agree, and one model merges them', async () => {
    const comparison = await ask('How do I load a model?');
    const turn = await room.ended(comparison.id);
    const before = await room.call<Ensemble>('GET', `/turns/${turn.id}/ensemble`);
    expect(before.merged).toBeNull();
    expect(before.disagreement).toBeGreaterThanOrEqual(0);
    expect(before.disagreement).toBeLessThanOrEqual(1);
    expect(before.weights.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1);
    await room.call('POST', `/turns/${turn.id}/merge`, { model_id: 'guide' });
    const merged = await room.heard(({ event, args }) => {
      const { ensemble } = args[0] as { ensemble?: Ensemble };
      return event === 'compare.ensemble' && ensemble?.merged?.status === 'complete'
        ? ensemble.merged
        : undefined;
    });
    expect(merged.text).not.toBe('');
    expect((await room.call<Ensemble>('GET', `/turns/${turn.id}/ensemble`)).merged).toEqual(merged);
  });
});

describe('what cannot be is refused', () => {
  it.each([
    ['two contestants that are the same', [guide, { ...guide, label: 'Other name' }], 'are the same'],
    ['a model that is not here', [guide, { model_id: 'gone' }], 'not on this machine'],
    ['an adapter', [guide, { ...guide, adapter: 'mine' }], 'Adapters'],
  ])('%s', async (_, contestants, message) => {
    expect((await refusal(room.create({ contestants }))).error.message).toContain(message);
  });
});

const withTokens = (max_tokens: number) => (contestant: typeof guide) => ({
  ...contestant,
  parameters: { max_tokens },
});

async function makeSet(prompts: string[]): Promise<PromptSet> {
  const body = prompts.map((prompt) => JSON.stringify({ prompt })).join('\n');
  return (await room.call<{ set: PromptSet }>('POST', '/sets', { name: 'Mine', format: 'jsonl', body })).set;
}

function startRun(set: PromptSet, more: object = {}): Promise<Comparison> {
  return room.call('POST', '/runs', { set_id: set.id, contestants: both, ...more });
}
