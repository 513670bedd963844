import fc from 'fast-check';
import { ulid } from 'ulid';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Turn } from '../contract.ts';
import { comparisonOf, documentOf } from '../testing/document.ts';
import { openRoom, type TestRoom } from '../testing/room.ts';
import type { ComparisonRecord } from './document.ts';

interface Brought {
  comparisons: number;
  votes: number;
  problems: { row: number; column: string | null; message: string }[];
}

let room: TestRoom;

beforeEach(async () => {
  room = await openRoom();
});
afterEach(() => room.close());

const bring = (body: string) => room.call<Brought>('POST', '/import', { body });
const take = async (format: string, id?: string) =>
  (await room.raw('GET', `/export?format=${format}${id ? `&comparison_id=${id}` : ''}`)).text();

const text = fc.string({ unit: 'binary', maxLength: 40 });
const tag = fc.stringMatching(/^[a-z]{1,8}$/);

/** Comparisons with any texts, votes and figures. */
const comparison = fc
  .record({
    texts: fc.array(fc.array(fc.option(text), { minLength: 3, maxLength: 3 }), {
      minLength: 1,
      maxLength: 3,
    }),
    blind: fc.boolean(),
    kind: fc.constantFrom('live', 'run'),
    tags: fc.uniqueArray(tag, { maxLength: 2 }),
    outcome: fc.constantFrom('first', 'second', 'tie', 'both_bad'),
    reason: text,
    revealed: fc.boolean(),
  })
  .map(({ outcome, reason, revealed, ...wanted }) => {
    const record = comparisonOf({ ...wanted, kind: wanted.kind === 'run' ? 'run' : 'live' });
    for (const turn of record.turns) {
      const [first, second] = turn.answers;
      turn.revealed_at = revealed ? 1_700_000_000_001 : null;
      turn.votes.push({
        ...{
          id: ulid(),
          first_answer_id: first!.id,
          second_answer_id: second!.id,
          tags: wanted.tags,
          reason,
        },
        outcome:
          outcome === 'tie'
            ? 'tie'
            : outcome === 'both_bad'
              ? 'both_bad'
              : outcome === 'first'
                ? 'first'
                : 'second',
        ...{ ratings: { clear: [1, 5] }, blind: wanted.blind, took_ms: 5, created_at: 1_700_000_000_002 },
      });
    }
    return record;
  });

describe('an arena that was taken out', () => {
  it('comes in again elsewhere as the same, whatever it holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(comparison, { minLength: 1, maxLength: 2 }), async (records) => {
        const other = await openRoom();
        try {
          const sorted = records.toSorted((one, next) => (one.id < next.id ? -1 : 1));
          await other.call('POST', '/import', { body: documentOf(...sorted) });
          const written = await (await other.raw('GET', '/export?format=json')).text();
          expect(JSON.parse(written).comparisons).toEqual(withOneContestantEach(sorted));
        } finally {
          await other.close();
        }
      }),
      { numRuns: 15 },
    );
  });

  it('changes nothing where it is already', async () => {
    const record = comparisonOf({ texts: [['one', 'two']] });
    expect(await bring(documentOf(record))).toMatchObject({ comparisons: 1, votes: 0 });
    const { turns } = await room.open(record.id);
    await room.vote(turns[0]!);
    const before = await take('json');
    expect(await bring(before)).toEqual({ comparisons: 0, votes: 0, problems: [] });
    expect(await take('json')).toBe(before);
  });

  it('is brought in as far as it is whole, and what is not is named', async () => {
    const [good, bad] = [
      comparisonOf({ texts: [['one', 'two']] }),
      comparisonOf({ texts: [['one', 'two']] }),
    ];
    const broken = { ...bad, turns: [{ ...bad.turns[0]!, prompt: 5 }] } as unknown as ComparisonRecord;
    const brought = await bring(documentOf(broken, good));
    expect(brought).toMatchObject({ comparisons: 1, problems: [{ row: 1, column: 'turns.0.prompt' }] });
    await expect(bring('{"format":"else"}')).rejects.toThrow('not what the export');
  });
});

describe('other forms', () => {
  let turn: Turn;
  let id: string;

  beforeEach(async () => {
    const record = comparisonOf({
      texts: [
        ['=cmd()', 'two, "quoted"\nlines'],
        ['x', 'y'],
      ],
      names: ['First', 'Second'],
    });
    id = record.id;
    await bring(documentOf(record));
    const { turns } = await room.open(id);
    ({ turn } = await room.vote(turns[0]!, { outcome: 'second', reason: 'because' }));
  });

  it('Markdown reads as what was asked, answered and judged, and names nobody before the vote', async () => {
    const [judged, open] = (await take('markdown', id)).split('## 2. Prompt');
    expect(judged).toContain('### A · First (temperature 0)');
    expect(judged).toContain('- Vote: B better than A (blind); because');
    expect(open).toContain('### A\n');
    expect(open).not.toContain('First');
  });

  it('CSV has a row an answer, with its votes, and no cell that a spreadsheet would run', async () => {
    const table = await take('csv', id);
    expect(table.split('\r\n')[0]).toContain('comparison,turn,prompt');
    expect(table).toContain(",'=cmd(),");
    expect(table).toContain('"two, ""quoted""\nlines"');
    expect(table).toMatch(/,complete,stop,.*,1,0,0,0\r\n/);
  });

  it('preferences are the votes that chose, as a trainer reads them', async () => {
    const lines = (await take('preferences')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { prompt: turn.prompt, chosen: 'two, "quoted"\nlines', rejected: '=cmd()' },
    ]);
  });
});

/** Two records made alike have the same contestants; the first ids are kept. */
function withOneContestantEach(records: ComparisonRecord[]): ComparisonRecord[] {
  const idOf = new Map<string, string>();
  return records.map((record) => {
    const renamed = new Map<string, string>();
    const contestants = record.contestants.map((one) => {
      const key = `${one.model_id}${JSON.stringify(one.parameters)}`;
      const id = idOf.get(key) ?? one.id;
      idOf.set(key, id);
      renamed.set(one.id, id);
      return { ...one, id };
    });
    const turns = record.turns.map((turn) => ({
      ...turn,
      answers: turn.answers.map((answer) => ({
        ...answer,
        contestant_id: renamed.get(answer.contestant_id)!,
      })),
    }));
    return { ...record, contestants, turns };
  });
}
