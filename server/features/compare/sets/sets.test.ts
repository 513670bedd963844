import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PromptSet, RowProblem, SetPrompt } from '../contract.ts';
import { openRoom, type Refusal, type TestRoom } from '../testing/room.ts';

interface Made {
  set: PromptSet;
  problems: RowProblem[];
  problem_count: number;
}

let room: TestRoom;

beforeAll(async () => {
  room = await openRoom();
});
afterAll(() => room.close());

const make = (format: string, body: string) =>
  room.call<Made>('POST', '/sets', { name: 'Mine', format, body });
const open = async (id: string, query = '') =>
  (await room.call<{ prompts: SetPrompt[] }>('GET', `/sets/${id}${query}`)).prompts;
const refusal = (promise: Promise<unknown>): Promise<Refusal> =>
  promise.then(
    () => expect.fail('was not refused'),
    (error) => error,
  );

describe('a table of prompts', () => {
  it('brings tags and checks with each prompt, over lines and quotes', async () => {
    const body =
      '\uFEFFprompt,tags,contains,exact\r\n"Say ""hi"",\ntwice",greeting; short,hi,\r\nName it,,,Ada\r\n';
    const { set, problems } = await make('csv', body);
    expect(problems).toEqual([]);
    expect(await open(set.id)).toEqual([
      {
        ...{ prompt: 'Say "hi",\ntwice', system_prompt: '', tags: ['greeting', 'short'] },
        checks: [{ type: 'contains', value: 'hi', ignore_case: true }],
      },
      { prompt: 'Name it', system_prompt: '', tags: [], checks: [{ type: 'exact', value: 'Ada' }] },
    ]);
  });

  it('keeps the good rows and names row and column of what is wrong', async () => {
    const rows = [
      'prompt,regex,json_schema,colour',
      'good one,,,',
      ',,,',
      'bad pattern,(,,',
      'bad schema,,[1],',
      'too few',
      'too,many,,cells,here',
      'a "quote" inside,,,',
      'good two,^a,"{""type"":""object""}",',
    ];
    const { set, problems, problem_count } = await make('csv', rows.join('\n'));
    expect((await open(set.id)).map(({ prompt }) => prompt)).toEqual(['good one', 'good two']);
    expect(problems.map(({ row, column }) => [row, column])).toEqual([
      [1, 'colour'],
      [3, 'prompt'],
      [4, 'regex'],
      [5, 'json_schema'],
      [6, 'regex'],
      [7, 'colour'],
      [8, 'prompt'],
    ]);
    expect(problem_count).toBe(7);
  });

  it('says where a quote was opened that nobody closes, and keeps what is around it', async () => {
    const { set, problems } = await make(
      'csv',
      'tags,prompt\na,good\n\nb,"never closed\nc,after it\nd,"x" y\ne,last\n',
    );
    expect((await open(set.id)).map(({ prompt }) => prompt)).toEqual(['good', 'after it', 'last']);
    expect(problems).toEqual([
      { row: 3, column: 'prompt', message: expect.stringContaining('quote') },
      { row: 5, column: 'prompt', message: expect.stringContaining('quote') },
    ]);
  });

  it('without a column for prompts, or without a good row, is refused with the reason', async () => {
    expect((await refusal(make('csv', 'question\nhow?\n'))).error.message).toContain('"prompt"');
    const none = await refusal(make('csv', 'prompt,regex\nx,(\n'));
    expect(none.error.message).toContain('Row 2, column regex');
  });

  it('of 100,000 rows is read in portions, with the first problems and their number', async () => {
    const rows = Array.from({ length: 100_000 }, (_, at) =>
      at % 100 === 0 ? `,bad ${at}` : `Prompt ${at},tag`,
    );
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const { set, problems, problem_count } = await make('csv', `prompt,tags\n${rows.join('\n')}\n`);
    clearInterval(counting);
    expect(set.prompts).toBe(99_000);
    expect([problems.length, problem_count]).toEqual([100, 1_000]);
    expect(turns).toBeGreaterThan(20);
    expect((await open(set.id, '?offset=98998&limit=10')).map(({ prompt }) => prompt)).toEqual([
      'Prompt 99998',
      'Prompt 99999',
    ]);
  });
});

describe('other ways to bring prompts', () => {
  it('text has one prompt a paragraph', async () => {
    const { set } = await make('text', 'First,\nover two lines\r\n\r\n\n  Second  \n');
    expect((await open(set.id)).map(({ prompt }) => prompt)).toEqual(['First,\nover two lines', 'Second']);
  });

  it('lines of JSON are judged one by one', async () => {
    const lines = [
      '{"prompt":"one","tags":["a"]}',
      'no json',
      '',
      '{"prompt":"two","checks":[{"type":"magic"}]}',
    ];
    const { set, problems } = await make('jsonl', lines.join('\n'));
    expect(await open(set.id)).toEqual([{ prompt: 'one', system_prompt: '', tags: ['a'], checks: [] }]);
    expect(problems.map(({ row, column }) => [row, column])).toEqual([
      [2, null],
      [4, 'checks'],
    ]);
  });

  it('two sets for coding are there, and stay', async () => {
    const { sets } = await room.call<{ sets: PromptSet[] }>('GET', '/sets');
    const builtin = sets.filter((set) => set.builtin);
    expect(builtin.map(({ prompts }) => prompts)).toEqual([20, 20]);
    for (const { id } of builtin) {
      const prompts = await open(id);
      expect(prompts).toHaveLength(20);
      expect(prompts.every(({ checks, tags }) => checks.length > 0 && tags.length > 0)).toBe(true);
    }
    expect((await room.raw('DELETE', `/sets/${builtin[0]!.id}`)).status).toBe(400);
  });

  it('a set that is removed is gone', async () => {
    const { set } = await make('text', 'Only one');
    expect(await room.call('DELETE', `/sets/${set.id}`)).toEqual({ deleted: true });
    expect((await refusal(open(set.id))).error.code).toBe('not_found');
  });
});
