import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readSmallFile } from '#server/files/small-file.ts';
import type { ProjectFile } from './contract.ts';

/** The name of the file in a workspace's folder. */
export const PROJECT_FILE = '.mlx-code.json';
const MAX_BYTES = 64 * 1024;

const Globs = z.array(z.string().min(1).max(500)).max(200);

/** What may stand in `.mlx-code.json`; published as public/mlx-code.schema.json. */
export const ProjectSettings = z.strictObject({
  $schema: z.string().optional().describe('where this description is, for editors'),
  model: z.string().max(200).optional().describe('id of the model that answers in this project'),
  max_tokens: z.int().min(1).max(1_000_000).optional().describe('most tokens of an answer'),
  ctx_chars: z
    .int()
    .min(0)
    .max(10_000_000)
    .optional()
    .describe('most characters of code that enter a prompt'),
  auto_context: z.boolean().optional().describe('whether code that fits a question is added to it by itself'),
  persona: z.string().max(100_000).optional().describe('what the model is told about itself in this project'),
  include: Globs.optional().describe('only these files are indexed; patterns as in .gitignore'),
  exclude: Globs.optional().describe('files left out, after .gitignore; a leading ! brings back'),
  commands: z
    .record(z.string().min(1).max(60), z.string().min(1).max(2000))
    .optional()
    .describe('commands the project offers by name, e.g. test; shown, never run by themselves'),
});

const NOTHING: ProjectFile = {
  ...{ model: null, max_tokens: null, ctx_chars: null, auto_context: null, persona: null },
  ...{ include: [], exclude: [], commands: {}, error: null },
};

/** What the project file of a folder says. What is wrong in it is left out and named by line and key in `error`. */
export function readProjectFile(root: string): ProjectFile {
  const path = join(root, PROJECT_FILE);
  const text = readSmallFile(path, MAX_BYTES);
  if (text !== undefined) return parseProjectFile(text);
  const error = whyUnread(path);
  return error === null ? NOTHING : { ...NOTHING, error };
}

/** A sentence when there is such a file all the same; null when there is none. */
function whyUnread(path: string): string | null {
  const found = look(path);
  if (found === undefined) return null;
  if (!found.isFile()) return `${PROJECT_FILE} is no file of its own, so nothing of it was read.`;
  if (found.size > MAX_BYTES) {
    const has = Math.ceil(found.size / 1024);
    return `${PROJECT_FILE} has ${has} KB; nothing of it was read. ${MAX_BYTES / 1024} KB are the most.`;
  }
  return `${PROJECT_FILE} cannot be read with your permissions.`;
}

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // The folder itself cannot be entered.
    return undefined;
  }
}

/** Reads settings from the file's text: what is right is kept, and `error` says in a sentence what is not. */
export function parseProjectFile(text: string): ProjectFile {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    return { ...NOTHING, error: syntaxError(error, text) };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ...NOTHING, error: `${PROJECT_FILE} must hold an object: { "model": "..." }.` };
  }
  const whole = ProjectSettings.safeParse(value);
  if (whole.success) return fill(whole.data);
  const wrong = new Set(whole.error.issues.flatMap(keysOf));
  const kept = Object.entries(value).filter(([key]) => !wrong.has(key));
  const rest = ProjectSettings.safeParse(Object.fromEntries(kept));
  return { ...fill(rest.data ?? {}), error: describe(whole.error.issues, text) };
}

function fill(settings: z.infer<typeof ProjectSettings>): ProjectFile {
  const given = Object.entries(settings).filter(([key]) => key !== '$schema');
  return { ...NOTHING, ...Object.fromEntries(given) };
}

function keysOf(issue: z.core.$ZodIssue): string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0])];
}

function describe(issues: z.core.$ZodIssue[], text: string): string {
  const [first] = issues;
  if (first === undefined) return `${PROJECT_FILE} cannot be read.`;
  const key = keysOf(first)[0] ?? '';
  const at = first.path.length > 1 ? first.path.map(String).join('.') : key;
  const problem = first.code === 'unrecognized_keys' ? 'is no setting' : `is not valid (${first.message})`;
  const others = issues.length > 1 ? ` ${issues.length - 1} more of its settings are not valid.` : '';
  return `${PROJECT_FILE}, line ${lineOf(text, key)}: ${at} ${problem}.${others}`;
}

function lineOf(text: string, key: string): number {
  const at = text.indexOf(JSON.stringify(key));
  return text.slice(0, Math.max(0, at)).split('\n').length;
}

function syntaxError(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const problem = message.replace(/ in JSON at .*$|, (\.\.\.)?"[^]*$/, '');
  return `${PROJECT_FILE}, line ${brokenLine(text)}: this is not JSON. ${problem}.`;
}

/** The first line up to which the text cannot be the beginning of any JSON; not every message of the parser tells. */
function brokenLine(text: string): number {
  const lines = text.split('\n');
  let [good, bad] = [0, lines.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (mayGoOn(lines.slice(0, middle).join('\n'))) good = middle;
    else bad = middle;
  }
  return bad;
}

function mayGoOn(beginning: string): boolean {
  const trimmed = beginning.trimEnd();
  try {
    JSON.parse(trimmed);
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (/end of JSON|Unterminated/.test(message)) return true;
    const at = / at position (\d+)/.exec(message)?.[1];
    return at !== undefined && Number(at) >= trimmed.length;
  }
}
