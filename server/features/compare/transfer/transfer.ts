import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { compareRoutes } from '../contract.ts';
import type { Room } from '../room.ts';
import type { RowProblem } from '../shapes.ts';
import { writeCsv } from './csv.ts';
import { ComparisonDocument, ComparisonRecord, writeDocument } from './document.ts';
import { writeMarkdown } from './markdown.ts';
import { writePreferences } from './preferences.ts';
import { type ComparisonSource, readComparisons } from './source.ts';

/** Bytes that an import may upload. */
export const MAX_IMPORT = 260 * 2 ** 20;

const FILES = {
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
  csv: { type: 'text/csv; charset=utf-8', ending: 'csv' },
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  preferences: { type: 'application/jsonl; charset=utf-8', ending: 'jsonl' },
} as const;

/** Routes that take comparisons out and in. */
export function createTransferRoutes(room: Room) {
  return createRoutes()
    .openapi(compareRoutes.export, (c) => {
      const { comparison_id: id, format } = c.req.valid('query');
      // Refused before the first byte.
      if (id !== undefined) room.comparisons.find(id);
      const { type, ending } = FILES[format];
      return c.body(streamOf(write(room, format, readComparisons(room, id))), 200, {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="mlx-code-${id ?? 'arena'}.${ending}"`,
      });
    })
    .openapi(compareRoutes.import, async (c) => c.json(await bringIn(room, c.req.valid('json').body), 200));
}

function* write(
  room: Room,
  format: keyof typeof FILES,
  sources: Iterable<ComparisonSource>,
): Generator<string> {
  if (format === 'json') yield* writeDocument(sources);
  else if (format === 'csv') yield* writeCsv(sources);
  else if (format === 'preferences') yield* writePreferences(sources, room.turns);
  else for (const source of sources) yield* writeMarkdown(source);
}

const PIECE = 64 * 1024;

/** Written as fast as it is read, so that a large arena is never in memory as a whole. */
function streamOf(pieces: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull(controller) {
      let text = '';
      while (text.length < PIECE) {
        const next = pieces.next();
        if (next.done) {
          if (text !== '') controller.enqueue(encoder.encode(text));
          return controller.close();
        }
        text += next.value;
      }
      controller.enqueue(encoder.encode(text));
    },
    cancel: () => void pieces.return(undefined),
  });
}

/** Errors: invalid_request for what is no export. Comparisons that are damaged are named and left out. */
async function bringIn(room: Room, body: string) {
  const document = ComparisonDocument.safeParse(readJson(body));
  if (!document.success)
    throw new AppError('invalid_request', 'This is not what the export as JSON wrote.', {
      details: { field: 'body' },
    });
  const sum = { comparisons: 0, votes: 0, problems: [] as RowProblem[] };
  for (const [at, value] of document.data.comparisons.entries()) {
    const record = ComparisonRecord.safeParse(value);
    if (!record.success) {
      const issue = record.error.issues[0];
      const column = issue?.path.join('.') ?? null;
      if (sum.problems.length < 100)
        sum.problems.push({ row: at + 1, column, message: issue?.message ?? 'is not valid' });
      continue;
    }
    const { comparisons, votes } = await room.transfers.write(record.data);
    sum.comparisons += comparisons;
    sum.votes += votes;
  }
  room.arena.forget();
  room.announcements.changed(null);
  return sum;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
