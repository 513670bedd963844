import type {
  Admission,
  Delta,
  GenerationResult,
  GenerationSink,
  GenerationState,
} from '#server/generation/generation.ts';
import { writeTokenIds } from '#server/generation/token-ids.ts';
import { isDiskFull, toAppError } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements } from './announcements.ts';
import type { Ending, JournalStore } from './journal-store.ts';
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
  /** Milliseconds; null before the first thought and before the first text after it. */
  #thoughtFrom: number | null = null;
  #thoughtUntil: number | null = null;

  constructor(row: MessageRow, parts: SinkParts) {
    this.#row = row;
    this.#parts = parts;
  }

  get id(): string {
    return this.#row.id;
  }

  admitted(admission: Admission): void {
    const { seed, modelHash, promptTokenIds } = admission;
    const { model, tokenIds, id } = this.#row;
    const goesOn = (tokenIds?.length ?? 0) > 0;
    if (model?.hash && goesOn && model.hash !== modelHash) {
      this.#otherModel = true;
      this.#parts.onOtherModel(id);
      return;
    }
    const record = goesOn ? readAgain(this.#row.record) : recordOf(admission);
    const change = { seed, model: model && { ...model, hash: modelHash }, record };
    // What goes on was asked with the prompt that is kept since it began.
    const prompt = goesOn || promptTokenIds.length === 0 ? null : writeTokenIds(promptTokenIds);
    this.#row = { ...this.#row, ...change, status: 'running' };
    this.#try(() => this.#parts.journal.admit(id, change, prompt));
  }

  state(state: GenerationState): void {
    this.#parts.announcements.state(this.#row, state);
  }

  delta({ seq, text, tokens, reasoning }: Delta): void {
    if (this.#otherModel) return;
    if (reasoning !== '') this.#thoughtFrom ??= performance.now();
    if (text !== '' && this.#thoughtFrom !== null) this.#thoughtUntil ??= performance.now();
    const delta: [string, number, string, number] = [this.id, seq, text, tokens];
    const { conversationId } = this.#row;
    this.#parts.announcements.delta(conversationId, reasoning === '' ? delta : [...delta, reasoning]);
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
    this.#ending = this.#otherModel ? OTHER_MODEL : endingOf(result, this.#thoughtSeconds());
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
    const reasoning = row.reasoning + pieces.map((piece) => piece.reasoning).join('');
    return {
      ...row,
      ...this.#ending,
      text,
      reasoning,
      tokenIds,
      seq: pieces.at(-1)?.seq ?? row.seq,
      error: UNSAVED,
    };
  }

  /** Of all runs of this answer; null when there was no thought. */
  #thoughtSeconds(): number | null {
    const earlier = this.#row.timings?.reasoning ?? null;
    if (this.#thoughtFrom === null) return earlier;
    return (earlier ?? 0) + ((this.#thoughtUntil ?? performance.now()) - this.#thoughtFrom) / 1000;
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

function endingOf(result: GenerationResult, thoughtSeconds: number | null): Ending {
  const { finishReason, usage, timings, cache, speculation, toolCalls, seed, error } = result;
  return {
    status: finishReason === 'error' ? 'failed' : 'complete',
    finishReason,
    error,
    usage: { ...usage, cache, speculation },
    timings: { ...timings, ...(thoughtSeconds === null ? {} : { reasoning: thoughtSeconds }) },
    toolCalls: toolCalls.length === 0 ? null : toolCalls,
    seed,
  };
}

function recordOf({ templateHash, promptHash, versions }: Admission): MessageRow['record'] {
  const { engine, mlx, mlx_lm, python, device, blas, dtype } = versions;
  const built = { engine, mlx, mlx_lm, python, device, blas, dtype };
  return { template_hash: templateHash, prompt_hash: promptHash, ...built, runs: 1 };
}

function readAgain(record: MessageRow['record']): MessageRow['record'] {
  return record && { ...record, runs: record.runs + 1 };
}
