import { AppError } from '#server/kernel/errors.ts';
import { type RowProblem, SetPrompt } from '../shapes.ts';
import { readCsv } from './csv.ts';

/** What was read of a prompt set: the good rows, the first problems, and how many problems there are. */
export interface ReadSet {
  prompts: SetPrompt[];
  problems: RowProblem[];
  problemCount: number;
}

/** Prompts that a set may have. */
const MAX_PROMPTS = 200_000;
const MAX_PROBLEMS = 100;
const LINES_AT_ONCE = 2_000;

/** Gathers what is good and names what is not. */
export class SetReading {
  readonly prompts: SetPrompt[] = [];
  readonly problems: RowProblem[] = [];
  problemCount = 0;

  problem(row: number, column: string | null, message: string): void {
    this.problemCount += 1;
    if (this.problems.length < MAX_PROBLEMS) this.problems.push({ row, column, message });
  }

  /** `columnOf` names the column of the first thing that is wrong. */
  add(row: number, value: unknown, columnOf: (path: PropertyKey[]) => string | null): void {
    if (this.prompts.length >= MAX_PROMPTS)
      return this.problem(
        row,
        null,
        `A set holds ${MAX_PROMPTS.toLocaleString('en')} prompts; this one is left out.`,
      );
    const parsed = SetPrompt.safeParse(value);
    if (parsed.success) {
      this.prompts.push(parsed.data);
      return;
    }
    const issue = parsed.error.issues[0];
    this.problem(row, columnOf(issue?.path ?? []), issue?.message ?? 'is not valid');
  }
}

/** Errors: invalid_request, with the problems, when no row is good. */
export async function readSet(format: 'text' | 'csv' | 'jsonl', body: string): Promise<ReadSet> {
  const reading = new SetReading();
  if (format === 'csv') await readCsv(body, reading);
  else if (format === 'jsonl') await readLines(body, reading);
  else readParagraphs(body, reading);
  const { prompts, problems, problemCount } = reading;
  if (prompts.length > 0) return { prompts, problems, problemCount };
  const [first] = problems;
  const where = first
    ? ` Row ${first.row}${first.column ? `, column ${first.column}` : ''}: ${first.message}`
    : '';
  throw new AppError('invalid_request', `There is no prompt in it.${where}`, {
    details: { field: 'body', problems, problem_count: problemCount },
  });
}

function readParagraphs(body: string, reading: SetReading): void {
  let row = 1;
  for (const part of body.replaceAll('\r\n', '\n').split(/(\n[ \t]*\n\s*)/)) {
    if (part.trim() !== '') reading.add(row, { prompt: part.trim() }, () => null);
    row += part.split('\n').length - 1;
  }
}

async function readLines(body: string, reading: SetReading): Promise<void> {
  let row = 0;
  for (const line of linesOf(body)) {
    row += 1;
    if (row % LINES_AT_ONCE === 0) await new Promise(setImmediate);
    if (line.trim() === '') continue;
    const value = readJson(line);
    if (value === undefined) reading.problem(row, null, 'This line is not JSON.');
    else reading.add(row, value, (path) => (path[0] === undefined ? null : String(path[0])));
  }
}

function* linesOf(body: string): Generator<string> {
  let from = 0;
  while (from < body.length) {
    const end = body.indexOf('\n', from);
    yield body.slice(from, end === -1 ? body.length : end);
    if (end === -1) return;
    from = end + 1;
  }
}

function readJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
