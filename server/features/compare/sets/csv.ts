import { type CsvError, parse } from 'csv-parse';
import { AppError } from '#server/kernel/errors.ts';
import type { SetReading } from './reading.ts';

const CHECKS = ['contains', 'regex', 'json_schema', 'exact'] as const;
const COLUMNS: readonly string[] = ['prompt', 'system_prompt', 'tags', ...CHECKS];

/** Characters parsed before others get their turn. */
const PORTION = 128 * 1024;
/** Longer than any prompt may be: a quote that is never closed. */
const MAX_RECORD = 4_000_000;

/**
 * Reads RFC 4180 text whose first row names the columns. What is wrong is told with row and column, the other rows are
 * kept. Errors: invalid_request when there is no column `prompt`.
 */
export async function readCsv(body: string, reading: SetReading): Promise<void> {
  let row = 0;
  let header: string[] | undefined;
  const parser = parse({
    ...{ bom: true, relax_column_count: true, skip_empty_lines: true, skip_records_with_error: true },
    max_record_size: MAX_RECORD,
    on_record: (cells: string[]) => {
      row += 1;
      if (header) readRow(cells, { row, header, reading });
      else header = readHeader(cells, reading);
      return null;
    },
    on_skip: (error) => {
      row += 1;
      reading.problem(row, null, sentenceOf(error));
      return undefined;
    },
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  parser.once('end', resolve);
  parser.once('error', reject);
  parser.resume();
  // Thrown in the midst of a portion: the loop ends with it.
  promise.catch(() => undefined);
  for (let from = 0; from < body.length && !parser.destroyed; from += PORTION) {
    parser.write(body.slice(from, from + PORTION));
    await new Promise(setImmediate);
  }
  if (!parser.destroyed) parser.end();
  await promise.catch((error: unknown) => {
    if (error instanceof AppError) throw error;
    reading.problem(row + 1, null, sentenceOf(error));
  });
  if (!header) throw new AppError('invalid_request', 'The table is empty. Its first row names the columns.');
}

function readHeader(cells: string[], reading: SetReading): string[] {
  const header = cells.map((cell) => cell.trim().toLowerCase());
  if (!header.includes('prompt')) {
    throw new AppError('invalid_request', 'The first row must name the columns, one of them "prompt".', {
      details: { field: 'body', columns: header.slice(0, 50) },
    });
  }
  header.forEach((column, at) => {
    if (!COLUMNS.includes(column)) reading.problem(1, column, 'There is no such column; it is left out.');
    else if (header.indexOf(column) !== at)
      reading.problem(1, column, 'This column is there twice; the first counts.');
  });
  return header;
}

function readRow(
  cells: string[],
  { row, header, reading }: { row: number; header: string[]; reading: SetReading },
) {
  if (cells.length !== header.length) {
    const message = `This row has ${cells.length} cells and the header ${header.length}.`;
    return reading.problem(row, header[cells.length] ?? header.at(-1) ?? null, message);
  }
  const cell = (column: string) => cells[header.indexOf(column)] ?? '';
  const present = CHECKS.filter((type) => cell(type) !== '');
  const value = {
    prompt: cell('prompt').trim(),
    system_prompt: cell('system_prompt'),
    tags: cell('tags')
      .split(/[;|,]/)
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
    checks: present.map((type) => ({ type, value: cell(type) })),
  };
  reading.add(row, value, ([field, at]) =>
    field === 'checks' ? (present[Number(at)] ?? null) : String(field),
  );
}

function sentenceOf(error: unknown): string {
  const code = isCsvError(error) ? error.code : '';
  if (code === 'CSV_QUOTE_NOT_CLOSED') return 'A quote is opened in this row and never closed.';
  if (code === 'CSV_MAX_RECORD_SIZE') return 'This row is too long; a quote may not be closed.';
  if (code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'INVALID_OPENING_QUOTE')
    return 'A quote stands in the middle of a cell. Double it, and put the cell in quotes.';
  return error instanceof Error ? error.message : 'This row cannot be read.';
}

function isCsvError(error: unknown): error is CsvError {
  return error instanceof Error && 'code' in error;
}
