import type { Message } from '#server/features/chat/contract.ts';

/** Whether an answer is being written or waits for its turn. */
export function isRunning(message: Pick<Message, 'status'>): boolean {
  return message.status === 'queued' || message.status === 'running';
}

/** Whether `continue` has something to go on from. */
export function canContinue(message: Message): boolean {
  if (message.role !== 'assistant' || isRunning(message)) return false;
  if (message.status === 'interrupted') return true;
  return message.finish_reason === 'length' || message.finish_reason === 'cancelled';
}

/**
 * The path with `message` in its place: replaced where it is, added below its parent at the end. Null when it
 * belongs elsewhere, so that the path has to be fetched again.
 */
export function withMessage(path: readonly Message[], message: Message): Message[] | null {
  const at = path.findIndex((known) => known.id === message.id);
  const known = path[at];
  if (known !== undefined) return path.with(at, withFound(message, known));
  return (path.at(-1)?.id ?? null) === message.parent_id ? [...path, message] : null;
}

/** What was found for a question is never lost: the answer to a request may come after the event that tells of it. */
function withFound(message: Message, known: Message): Message {
  const late = message.context !== null && message.context.found === null;
  return late && known.context?.found ? { ...message, context: known.context } : message;
}

/** The version before or after this one, if there is one. */
export function versionBeside(message: Message, step: -1 | 1): string | undefined {
  const at = message.versions.indexOf(message.id);
  return at < 0 ? undefined : message.versions[at + step];
}
