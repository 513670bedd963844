import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { FromEngine, ToEngine } from './protocol.ts';

const golden = join(import.meta.dirname, 'golden');

function frames(folder: string): { name: string; text: string }[] {
  const names = readdirSync(join(golden, folder)).filter((name) => name.endsWith('.json'));
  expect(names.length).toBeGreaterThan(5);
  return names.map((name) => ({ name, text: readFileSync(join(golden, folder, name), 'utf8') }));
}

function accepts(schema: z.ZodType, text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

describe.each([
  { direction: 'to_engine', schema: ToEngine },
  { direction: 'from_engine', schema: FromEngine },
])('golden frames $direction', ({ direction, schema }) => {
  it('are all accepted', () => {
    for (const { name, text } of frames(direction))
      expect([name, accepts(schema, text)]).toEqual([name, true]);
  });

  it('cover every type of frame', () => {
    const types = frames(direction).map(({ text }) => JSON.parse(text).type);
    expect(new Set(types)).toEqual(new Set(schema.options.map((option) => option.shape.type.value)));
  });

  it('are refused when malformed', () => {
    for (const { name, text } of frames(join('refused', direction))) {
      expect([name, accepts(schema, text)]).toEqual([name, false]);
    }
  });
});
