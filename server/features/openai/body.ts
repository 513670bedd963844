import type { Context } from 'hono';
import { z } from 'zod';
import { AppError } from '#server/kernel/errors.ts';
import { nestingDepth } from '#server/kernel/nesting.ts';

const MAX_DEPTH = 64;

/** The body of a request. Errors: invalid_request with the name of the first parameter that is wrong. */
export async function readBody<Schema extends z.ZodType>(
  c: Context,
  schema: Schema,
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(parseJson(await c.req.text()));
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error.issues[0]);
}

/** A parameter that cannot be as it is. `param` as OpenAI writes it: `messages[0].content`. */
export function refused(param: string | null, message: string): AppError {
  return new AppError('invalid_request', message.slice(0, 500), { details: { param } });
}

/** A parameter that is known and not done here; null counts as absent. */
export function unsupported(why: string) {
  return z.custom<undefined>((value) => value === null, { error: `is not supported: ${why}` }).optional();
}

/** Null counts as absent, as OpenAI's own clients send it. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => value ?? undefined);
}

function parseJson(text: string): unknown {
  if (nestingDepth(text) > MAX_DEPTH) {
    throw refused(null, `The JSON is nested more than ${MAX_DEPTH} levels deep.`);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('invalid_request', 'The body is not JSON.', { cause });
  }
}

function refusal(issue: z.core.$ZodIssue | undefined): AppError {
  const { path, message } = deepest(issue ?? { code: 'custom', path: [], message: 'is not valid' });
  const param = nameOf(path);
  return refused(param, `${param ?? 'The body'}: ${message}`);
}

interface Found {
  path: PropertyKey[];
  message: string;
}

/** Of several forms that a value may have, the one that came furthest was meant, unless the schema says it in words. */
function deepest(issue: z.core.$ZodIssue): Found {
  if (issue.code === 'unrecognized_keys') {
    return { path: [...issue.path, issue.keys[0] ?? ''], message: 'is not a parameter here' };
  }
  if (issue.code !== 'invalid_union' || issue.message !== 'Invalid input') return issue;
  const inside = issue.errors
    .flatMap((issues) => issues.slice(0, 1))
    .map(deepest)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (!inside || inside.path.length === 0) return issue;
  return { path: [...issue.path, ...inside.path], message: inside.message };
}

function nameOf(path: PropertyKey[]): string | null {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`));
  return parts.length === 0 ? null : parts.join('').replace(/^\./, '');
}
