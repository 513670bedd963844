import type {
  Delta,
  GenerationResult,
  GenerationSink,
  GenerationState,
} from '#server/generation/generation.ts';
import { isDiskFull, toAppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements } from './announcements.ts';
import { type Ending, type JournalStore, writeTokenIds } from './journal-store.ts';
import type { MessageRow } from './store.ts';

interface SinkParts {
  journal: JournalStore;
  announcements: Announcements;
  log: Log;
  /** The disk is full: somebody can make room. */
  onDiskFull(): void;
  /** The answer ended and is on the disk, or (`false`) waits for `save` to succeed. */
  onEnd(sink: AnswerSink, saved: boolean): void;
  /** The model's files are not those that began this answer. */
  onOtherModel(id: string): void;
}

/** Takes one generation: shows it, journals it, and ends its message. What cannot be written is kept until it can. */
export class AnswerSink implements GenerationSink {
  readonly #parts: SinkParts;
  #row: MessageRow;
  #unwritten: Delta[] = [];
  #ending: Ending | undefined;
  #otherModel = false;

  constructor(row: MessageRow, parts: SinkParts) {
    this.#row = row;
    this.#parts = parts;
  }

  get id(): string {
    return this.#row.id;
  }

  admitted({ seed, modelHash }: { promptTokens: number; seed: number; modelHash: string }): void {
    const { model, text, id } = this.#row;
    if (model?.hash && text !== '' && model.hash !== modelHash) {
      this.#otherModel = true;
      this.#parts.onOtherModel(id);
      return;
    }
    const change = { seed, model: model && { ...model, hash: modelHash } };
    this.#row = { ...this.#row, ...change, status: 'running' };
    this.#try(() => this.#parts.journal.admit(id, change));
  }

  state(state: GenerationState): void {
    this.#parts.announcements.state(this.#row, state);
  }

  delta({ seq, text, tokens }: Delta): void {
    if (this.#otherModel) return;
    this.#parts.announcements.delta(this.#row.conversationId, [this.id, seq, text, tokens]);
  }

  journal(piece: Delta): void {
    if (this.#otherModel) return;
    this.#unwritten.push(piece);
    if (this.#try(() => this.#parts.journal.append(this.id, this.#unwritten))) this.#unwritten = [];
  }

  interrupted(reason: string): void {
    this.#parts.log.warn({ message_id: this.id, reason }, 'an engine died under an answer');
    this.#try(() => this.#parts.journal.interrupted(this.id));
  }

  finished(result: GenerationResult): void {
    this.#ending = this.#otherModel ? OTHER_MODEL : endingOf(result);
    this.#parts.onEnd(this, this.save());
  }

  /** Ends the message without a generation. */
  fail(error: unknown): void {
    const { code, message, details } = toAppError(error);
    this.#ending = {
      status: 'failed',
      finishReason: 'error',
      error: { code, message, ...(details && { details }) },
    };
    this.#parts.onEnd(this, this.save());
  }

  cancel(): void {
    this.#ending = { status: 'complete', finishReason: 'cancelled', error: null };
    this.#parts.onEnd(this, this.save());
  }

  /** Writes the end and all that is not written yet. True when it is on the disk. */
  save(): boolean {
    const ending = this.#ending;
    if (!ending) return true;
    return this.#try(() => this.#parts.journal.finish(this.id, this.#unwritten, ending));
  }

  /** The stored row as it would be if the disk had room. */
  complete(row: MessageRow): MessageRow {
    if (!this.#ending) return row;
    const pieces = this.#unwritten.filter((piece) => piece.seq > row.seq);
    const tokenIds = Buffer.concat([
      row.tokenIds ?? Buffer.alloc(0),
      ...pieces.map((piece) => writeTokenIds(piece.tokenIds)),
    ]);
    const text = row.text + pieces.map((piece) => piece.text).join('');
    return { ...row, ...this.#ending, text, tokenIds, seq: pieces.at(-1)?.seq ?? row.seq, error: UNSAVED };
  }

  #try(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isDiskFull(error)) this.#parts.onDiskFull();
      this.#parts.log.error({ message_id: this.id, err: error }, 'an answer could not be written yet');
      return false;
    }
  }
}

const UNSAVED = {
  code: 'insufficient_storage',
  message: 'This answer is not saved yet: the disk is full. Free some space; it is saved by itself then.',
};

const OTHER_MODEL: Ending = {
  status: 'failed',
  finishReason: 'error',
  error: {
    code: 'conflict',
    message:
      'The files of this model changed since the answer began, so it cannot go on. Regenerate it instead.',
  },
};

function endingOf({ finishReason, usage, timings, cache, seed, error }: GenerationResult): Ending {
  const status = finishReason === 'error' ? 'failed' : 'complete';
  return { status, finishReason, error, usage: { ...usage, cache }, timings: { ...timings }, seed };
}
