import { afterAll, describe, expect, it } from 'vitest';
import { createChecker } from './checker.ts';

const checker = createChecker();
afterAll(() => checker.stop());

const passed = async (text: string, ...checks: Parameters<typeof checker.evaluate>[1]) =>
  (await checker.evaluate(text, checks)).map((result) => result.passed);

const schema = JSON.stringify({
  type: 'object',
  required: ['year'],
  properties: { year: { type: 'integer' }, kind: { $ref: '#/$defs/kind' } },
  $defs: { kind: { enum: ['book'] } },
});

describe('a check', () => {
  it('for words looks at case only when told to', async () => {
    expect(
      await passed(
        'Hello World',
        { type: 'contains', value: 'hello', ignore_case: true },
        { type: 'contains', value: 'hello', ignore_case: false },
      ),
    ).toEqual([true, false]);
  });

  it('for the exact answer forgives white space around it', async () => {
    expect(await passed(' 42\n', { type: 'exact', value: '42' }, { type: 'exact', value: '4' })).toEqual([
      true,
      false,
    ]);
  });

  it('by a pattern looks at each line', async () => {
    expect(
      await passed('one\ntwo', { type: 'regex', value: '^two$' }, { type: 'regex', value: '^three$' }),
    ).toEqual([true, false]);
  });

  it.each([
    ['{"year": 1843, "kind": "book"}', true],
    ['Here it is:\n```json\n{"year": 1843}\n```\n', true],
    ['{"year": "1843"}', false],
    ['{"kind": "film", "year": 1}', false],
    ['no json', false],
  ])('by a schema reads %s', async (text, expected) => {
    expect(await passed(text, { type: 'json_schema', value: schema })).toEqual([expected]);
  });

  it('says what the schema found wrong', async () => {
    const [result] = await checker.evaluate('{"year": "x"}', [{ type: 'json_schema', value: schema }]);
    expect(result!.detail).toBe('/year must be integer.');
  });

  it('whose pattern takes for ever is ended, and neither the daemon nor the next check waits', async () => {
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 5);
    const results = await passed(
      `${'a'.repeat(40)}!`,
      { type: 'regex', value: '^(a+)+$' },
      { type: 'regex', value: 'a!' },
    );
    clearInterval(ticking);
    expect(results).toEqual([false, true]);
    expect(ticks).toBeGreaterThan(2);
  });
});
