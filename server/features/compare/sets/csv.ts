import { CsvError, parse } from 'csv-parse';
import { AppError } from '#server/kernel/errors.ts';
import type { SetReading } from './reading.ts';

const CHECKS = ['contains', 'regex', 'json_schema', 'exact'] as const;
const COLUMNS: readonly string[] = ['prompt', 'system_prompt', 'tags', ...CHECKS];

/** Bytes parsed before others get their turn. */
const PORTION = 128 * 1024;
/** Longer than any prompt should be: a quote that is never closed. */
const MAX_RECORD = 1_000_000;
/** What quotes that are never closed may cost: so often the whole table is read, and these bytes. */
const READINGS = 4;
const FREE_BYTES = 64 * 2 ** 20;
const NEWLINE = 10;

/**
 * Reads RFC 4180 text whose first row names the columns. What is wrong is told with row and column; the other rows are
 * kept, those after a broken quote as well. Errors: invalid_request when there is no column `prompt`.
 */
export async function readCsv(body: string, reading: SetReading): Promise<void> {
  const bytes = Buffer.from(body.replace(/^\uFEFF/, ''));
  let row = 0;
  let header: string[] | undefined;
  let spent = 0;
  const onRow = (cells: string[]) => {
    row += 1;
    if (header) readRow(cells, { row, header, reading });
    else header = readHeader(cells, reading);
  };
  for (let from = 0; from < bytes.length; ) {
    const broken = await readRows(bytes.subarray(from), onRow);
    if (!broken) break;
    row += 1;
    reading.problem(row, header?.[Number(broken.error.index)] ?? null, sentenceOf(broken.error));
    spent += broken.read;
    if (spent > READINGS * bytes.length + FREE_BYTES)
      return reading.problem(row + 1, null, 'There are too many broken quotes; what follows is left out.');
    from += lineAfter(bytes.subarray(from), broken.offset);
  }
  if (!header) throw new AppError('invalid_request', 'The table is empty. Its first row names the columns.');
}

interface Broken {
  error: CsvError;
  /** Where the row that is broken begins, after empty lines; and how much was read. Bytes. */
  offset: number;
  read: number;
}

/** Reads rows to the end, or to the first that is broken. */
async function readRows(bytes: Buffer, onRow: (cells: string[]) => void): Promise<Broken | undefined> {
  let offset = 0;
  const parser = parse({
    ...{ relax_column_count: true, skip_empty_lines: true, max_record_size: MAX_RECORD },
    on_record: (cells: string[], { bytes: end }) => {
      offset = end;
      onRow(cells);
      return null;
    },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  parser.once('end', resolve).once('error', reject).resume();
  // Looked at when the loop is over.
  ended.catch(() => undefined);
  let read = 0;
  for (; read < bytes.length && !parser.destroyed; read += PORTION) {
    parser.write(bytes.subarray(read, read + PORTION));
    if (bytes.length > PORTION) await new Promise(setImmediate);
  }
  if (!parser.destroyed) parser.end();
  try {
    await ended;
    return undefined;
  } catch (error) {
    if (error instanceof CsvError) return { error, offset, read };
    throw error;
  }
}

/** The beginning of the line after the one at `offset`, empty ones before it left aside. */
function lineAfter(bytes: Buffer, offset: number): number {
  let at = offset;
  while (bytes[at] === NEWLINE || bytes[at] === 13) at += 1;
  const end = bytes.indexOf(NEWLINE, at);
  return end === -1 ? bytes.length : end + 1;
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

function sentenceOf({ code, message }: CsvError): string {
  if (code === 'CSV_QUOTE_NOT_CLOSED' || code === 'CSV_MAX_RECORD_SIZE')
    return 'A quote is opened in this row and never closed.';
  if (code === 'CSV_INVALID_CLOSING_QUOTE' || code === 'INVALID_OPENING_QUOTE')
    return 'A quote stands in the middle of a cell. Double it, and put the cell in quotes.';
  return message;
}
