import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { AppError, systemCode, toAppError } from '#server/kernel/errors.ts';
import type { Question } from '../question.ts';
import { questions } from '../questions.ts';
import type { FromThread, ToThread } from './messages.ts';
import { createOpenIndexes } from './open-indexes.ts';

const indexes = createOpenIndexes();
const known = new Map<string, Question<never, unknown>>(Object.entries(questions));
const abandoned = new Set<number>();
const damage = new AppError(
  'internal',
  'The index of this folder is damaged and is built again. Nothing in the folder was touched.',
);
let answering = Promise.resolve();

parentPort?.on('message', (message: ToThread & { input: never }) => {
  if (message.kind === 'ask') answering = answer(message);
  else if (message.kind === 'abandon') abandoned.add(message.id);
  else void forget(message.workspaceId);
});
tell({ kind: 'ready' });

/** A connection is not closed under a question. */
async function forget(workspaceId: string): Promise<void> {
  await answering;
  indexes.forget(workspaceId);
  tell({ kind: 'forgotten', workspaceId });
}

/** Whoever asks sends the next question when this one is answered. */
async function answer({ id, name, address, input }: Extract<ToThread, { kind: 'ask' }> & { input: never }) {
  abandoned.clear();
  try {
    const question = known.get(name);
    if (question === undefined) throw new AppError('internal', `No index knows the question "${name}".`);
    const place = {
      index: indexes.open(address),
      root: address.root,
      partial: (answer: unknown) => tell({ kind: 'partial', id, answer }),
      abandoned: async () => {
        await setImmediate();
        return abandoned.has(id);
      },
    };
    tell({ kind: 'answer', id, answer: await question(place, input) });
  } catch (error) {
    const sqlite = sqliteCode(error);
    const damaged = sqlite.startsWith('SQLITE_CORRUPT') || sqlite === 'SQLITE_NOTADB';
    const { code, message, details } = damaged ? damage : failureOf(error);
    // A connection that met a damaged or half-made file is of no use to the next question.
    if (sqlite !== '') indexes.forget(address.workspaceId);
    const stack = error instanceof Error ? error.stack : undefined;
    tell({ kind: 'failed', id, code, message, details, damaged, stack });
  }
}

function sqliteCode(error: unknown): string {
  const cause = error instanceof AppError ? error.cause : error;
  const code = systemCode(cause) ?? '';
  return code.startsWith('SQLITE') ? code : '';
}

function failureOf(error: unknown): AppError {
  const isHalfMade = error instanceof Error && error.message.startsWith('no such table');
  return isHalfMade ? new AppError('not_found', 'There is no index of this folder yet.') : toAppError(error);
}

function tell(
  message:
    | Exclude<FromThread, { answer: never }>
    | { kind: 'answer' | 'partial'; id: number; answer: unknown },
) {
  parentPort?.postMessage(message);
}
