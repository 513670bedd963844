import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Arena, Ballot, Turn, Vote } from '../contract.ts';
import { comparisonOf, documentOf } from '../testing/document.ts';
import { openRoom, type Refusal, type TestRoom } from '../testing/room.ts';

let room: TestRoom;

beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

async function bring(wanted: Parameters<typeof comparisonOf>[0]): Promise<{ id: string; turns: Turn[] }> {
  const record = comparisonOf(wanted);
  await room.call('POST', '/import', { body: documentOf(record) });
  const { turns } = await room.open(record.id);
  return { id: record.id, turns };
}

const refusal = (promise: Promise<unknown>): Promise<Refusal> =>
  promise.then(
    () => expect.fail('was not refused'),
    (error) => error,
  );

describe('a vote', () => {
  it('is kept with the order shown, the time taken and that it was blind', async () => {
    const { turns } = await bring({ texts: [['one', 'two']] });
    const [first, second] = turns[0]!.open_pairs[0]!;
    const { vote } = await room.vote(turns[0]!, {
      ...{
        first_answer_id: second,
        second_answer_id: first,
        outcome: 'second',
        reason: 'clearer',
        tags: ['style'],
      },
      ratings: { correct: [2, 5] },
    });
    expect(vote).toMatchObject({
      ...{ first_answer_id: second, second_answer_id: first, outcome: 'second', took_ms: 900, blind: true },
      ...{ reason: 'clearer', tags: ['style'], ratings: { correct: [2, 5] } },
    });
  });

  it('from a second tab is refused with the vote that stands, whichever side was where', async () => {
    const { turns } = await bring({ texts: [['one', 'two']] });
    const [first, second] = turns[0]!.open_pairs[0]!;
    const { vote } = await room.vote(turns[0]!);
    const other = await refusal(
      room.vote(turns[0]!, { first_answer_id: second, second_answer_id: first, outcome: 'tie' }),
    );
    expect(other.status).toBe(409);
    expect(other.error.details!.vote).toEqual(vote);
  });

  it('sent twice by the same request counts once', async () => {
    const { id, turns } = await bring({ texts: [['one', 'two']] });
    const request = { request_id: ulid() };
    const one = await room.vote(turns[0]!, request);
    const again = await room.vote(turns[0]!, request);
    expect(again.vote).toEqual(one.vote);
    expect((await room.open(id)).comparison.votes).toBe(1);
  });

  it('that is undone opens the pair again, and leaves the ranking', async () => {
    const { id, turns } = await bring({ texts: [['one', 'two']], blind: false });
    const { vote, turn } = await room.vote(turns[0]!);
    expect(turn.open_pairs).toEqual([]);
    const undone = await room.call<{ turn: Turn }>('POST', `/votes/${vote.id}/undo`);
    expect(undone.turn.open_pairs).toEqual(turns[0]!.open_pairs);
    expect((await room.call<Arena>('GET', `/arena?comparison_id=${id}`)).votes).toBe(0);
    expect((await room.vote(turns[0]!)).vote.id).not.toBe(vote.id);
  });

  it('can be given a reason, tags and ratings later', async () => {
    const { turns } = await bring({ texts: [['one', 'two']] });
    const { vote } = await room.vote(turns[0]!);
    const change = { reason: 'shorter', tags: ['length'], ratings: { clear: [5, 1] } };
    expect(await room.call<Vote>('PATCH', `/votes/${vote.id}`, change)).toMatchObject(change);
  });

  it.each([
    ['an empty answer', ['said', '  ']],
    ['a failed answer', ['said', null]],
    ['the same answer twice', ['the same', ' the same\n']],
  ])('is not possible on %s', async (_, texts) => {
    const { id, turns } = await bring({ texts: [texts], blind: false });
    expect(turns[0]!.open_pairs).toEqual([]);
    const [first, second] = turns[0]!.answers;
    const body = { first_answer_id: first!.id, second_answer_id: second!.id };
    const refused = await refusal(room.vote({ ...turns[0]!, open_pairs: [[first!.id, second!.id]] }, body));
    expect(refused).toMatchObject({ status: 400 });
    expect(
      (await room.call<{ ballot: Ballot | null }>('GET', `/comparisons/${id}/ballot`)).ballot,
    ).toBeNull();
  });

  it('in a deleted comparison is refused, and its votes leave the arena until it is restored', async () => {
    const { id, turns } = await bring({
      texts: [
        ['one', 'two'],
        ['three', 'four'],
      ],
    });
    const { vote } = await room.vote(turns[0]!);
    await room.call('POST', '/comparisons/delete', { ids: [id] });
    expect((await refusal(room.vote(turns[1]!))).error.code).toBe('gone');
    expect((await refusal(room.call('POST', `/votes/${vote.id}/undo`))).error.code).toBe('gone');
    expect((await room.call<Arena>('GET', '/arena')).votes).toBe(0);
    await room.call('POST', '/comparisons/restore', { ids: [id] });
    expect((await room.call<Arena>('GET', '/arena')).votes).toBe(1);
    await room.vote(turns[1]!);
  });

  it('is on the disk, not in a buffer, when its request is answered', () => {
    expect(room.database.user.$client.pragma('synchronous', { simple: true })).toBe(2);
    expect(room.database.user.$client.pragma('journal_mode', { simple: true })).toBe('wal');
  });
});

describe('ballots', () => {
  it('come one after another until every pair is judged, and say how far it is', async () => {
    const { id } = await bring({
      texts: [
        ['a', 'b', 'c'],
        ['d', 'e', null],
      ],
      kind: 'run',
    });
    const judged: string[] = [];
    for (let done = 0; ; done += 1) {
      const { ballot } = await room.call<{ ballot: Ballot | null }>('GET', `/comparisons/${id}/ballot`);
      if (!ballot) break;
      expect(ballot).toMatchObject({ done, total: 4 });
      expect(ballot.seconds_left === null).toBe(done === 0);
      judged.push([ballot.first.id, ballot.second.id].sort().join());
      const pair = { first_answer_id: ballot.first.id, second_answer_id: ballot.second.id };
      await room.vote({ ...ballot.turn, open_pairs: [[ballot.first.id, ballot.second.id]] }, pair);
    }
    expect(new Set(judged).size).toBe(4);
  });

  it('show each contestant on either side', async () => {
    const { id } = await bring({
      texts: Array.from({ length: 24 }, (_, at) => [`one ${at}`, `two ${at}`]),
      kind: 'run',
    });
    const { comparison } = await room.open(id);
    let left = 0;
    for (let at = 0; at < 24; at += 1) {
      const { ballot } = await room.call<{ ballot: Ballot | null }>('GET', `/comparisons/${id}/ballot`);
      if (!ballot) throw new Error('there are ballots left');
      const pair = { first_answer_id: ballot.first.id, second_answer_id: ballot.second.id, outcome: 'tie' };
      const { turn, vote } = await room.vote(
        { ...ballot.turn, open_pairs: [[ballot.first.id, ballot.second.id]] },
        pair,
      );
      const shown = turn.answers.find((answer) => answer.id === vote.first_answer_id);
      if (shown!.contestant_id === comparison.contestants[0]!.id) left += 1;
    }
    // A coin that favours balance: fewer than 4 or more than 20 once in 100,000 runs.
    expect(left).toBeGreaterThanOrEqual(4);
    expect(left).toBeLessThanOrEqual(20);
  });
});

describe('who is who in a blind comparison', () => {
  const names = ['Zebra-7B', 'Yak-3B'];

  it('is in no turn, answer, ballot, difference, ensemble nor event before the vote', async () => {
    const { id, turns } = await bring({
      texts: [['one thing', null, 'another thing']],
      names: [...names, 'Xerus-1B'],
    });
    const { contestants } = (await room.open(id)).comparison;
    const [first, second] = turns[0]!.open_pairs[0]!;
    const failed = turns[0]!.answers.find((answer) => answer.status === 'failed')!;
    const seen = [
      (await room.open(id)).turns,
      await room.call('GET', `/comparisons/${id}/ballot`),
      await room.call('GET', `/difference?first=${first}&second=${second}`),
      await room.call('GET', `/turns/${turns[0]!.id}/ensemble`),
      await room.call('GET', `/answers/${first}/live`),
      await room.call('GET', `/answers/${failed.id}/live`),
      await (await room.raw('GET', `/export?comparison_id=${id}&format=csv`)).text(),
      await (await room.raw('GET', `/export?comparison_id=${id}&format=preferences`)).text(),
      room.events.filter(({ topic }) => topic.startsWith('comparison:')),
      (await refusal(room.call('POST', `/answers/${first}/adopt`))).error,
    ];
    const told = JSON.stringify(seen);
    for (const { id: contestantId, model_id, model_name } of contestants)
      for (const secret of [contestantId, model_id, model_name]) expect(told).not.toContain(secret);
    for (const answer of (await room.open(id)).turns[0]!.answers)
      expect(answer).toMatchObject({
        contestant_id: null,
        usage: null,
        timings: null,
        memory_bytes: null,
        alone: null,
      });
    const summary = await room.call<{ contestants: { answers: number; failed: number }[] }>(
      'GET',
      `/comparisons/${id}/summary`,
    );
    expect(summary.contestants.every(({ answers, failed }) => answers + failed === 0)).toBe(true);
  });

  it('is shown once every pair is judged', async () => {
    const { turns } = await bring({ texts: [['one', 'two']], names });
    const { turn } = await room.vote(turns[0]!);
    expect(turn.revealed).toBe(true);
    expect(turn.answers.every((answer) => answer.contestant_id && answer.usage && answer.timings)).toBe(true);
  });

  it('stays hidden while one of several pairs is open', async () => {
    const { turns } = await bring({ texts: [['one', 'two', 'three']], names: [...names, 'Xerus-1B'] });
    const { turn } = await room.vote(turns[0]!);
    expect(turn).toMatchObject({ revealed: false });
    expect(turn.answers.every((answer) => answer.contestant_id === null)).toBe(true);
  });

  it('is shown on demand, and a vote after that is no blind one', async () => {
    const { turns } = await bring({ texts: [['one', 'two']], names });
    const shown = await room.call<Turn>('POST', `/turns/${turns[0]!.id}/reveal`);
    expect(shown.answers.every((answer) => answer.contestant_id !== null)).toBe(true);
    expect((await room.vote(turns[0]!)).vote.blind).toBe(false);
  });
});

describe('the arena', () => {
  it('ranks by the votes of all comparisons, and of one tag', async () => {
    const [tagged, plain] = [
      await bring({ texts: [['one', 'two']], tags: ['sql'] }),
      await bring({ texts: [['one', 'two']] }),
    ];
    await room.vote(tagged.turns[0]!);
    await room.vote(plain.turns[0]!, { outcome: 'both_bad' });
    const whole = await room.call<Arena>('GET', '/arena');
    expect(whole).toMatchObject({ votes: 2, tags: [{ tag: 'sql', votes: 1 }] });
    expect(whole.contestants.map(({ model_id }) => model_id).sort()).toEqual(['model-0', 'model-1']);
    expect((await room.call<Arena>('GET', '/arena?tag=sql')).votes).toBe(1);
  });

  it('follows the next vote at once', async () => {
    const { turns } = await bring({
      texts: [
        ['one', 'two'],
        ['three', 'four'],
      ],
    });
    await room.vote(turns[0]!);
    expect((await room.call<Arena>('GET', '/arena')).votes).toBe(1);
    await room.vote(turns[1]!);
    expect((await room.call<Arena>('GET', '/arena')).votes).toBe(2);
  });
});
