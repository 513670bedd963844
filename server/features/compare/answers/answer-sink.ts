import type {
  Admission,
  Delta,
  GenerationResult,
  GenerationSink,
  GenerationState,
} from '#server/generation/generation.ts';
import { isDiskFull } from '#server/kernel/errors.ts';
import type { Log } from '#server/kernel/log.ts';
import type { AnswerRow } from '../turn-store.ts';
import type { AnswerStore, Ending } from './answer-store.ts';

interface SinkParts {
  store: AnswerStore;
  log: Log;
  onState(state: GenerationState): void;
  onDelta(delta: Delta): void;
  onDiskFull(): void;
  /** The model's files are not those that began this answer. */
  onOtherModel(): void;
}

/** Takes one generation and journals it. What cannot be written is kept until it can. */
export class AnswerSink implements GenerationSink {
  /** Resolves once, when the generation is over; never when the daemon stops under it. */
  readonly ended: Promise<GenerationResult>;
  readonly #row: AnswerRow;
  readonly #parts: SinkParts;
  readonly #end: (result: GenerationResult) => void;
  #unwritten: Delta[] = [];
  #otherModel = false;

  constructor(row: AnswerRow, parts: SinkParts) {
    this.#row = row;
    this.#parts = parts;
    const { promise, resolve } = Promise.withResolvers<GenerationResult>();
    this.ended = promise;
    this.#end = resolve;
  }

  get hasOtherModel(): boolean {
    return this.#otherModel;
  }

  admitted({ seed, modelHash }: Admission): void {
    const { id, tokenIds, modelHash: before } = this.#row;
    if ((tokenIds?.length ?? 0) > 0 && before !== null && before !== modelHash) {
      this.#otherModel = true;
      this.#parts.onOtherModel();
      return;
    }
    this.#try(() => this.#parts.store.admit(id, { seed, modelHash }));
  }

  state(state: GenerationState): void {
    this.#parts.onState(state);
  }

  delta(delta: Delta): void {
    if (!this.#otherModel) this.#parts.onDelta(delta);
  }

  journal(piece: Delta): void {
    if (this.#otherModel) return;
    this.#unwritten.push(piece);
    if (this.#try(() => this.#parts.store.append(this.#row.id, this.#unwritten))) this.#unwritten = [];
  }

  interrupted(reason: string): void {
    this.#parts.log.warn({ answer: this.#row.id, reason }, 'an engine died under an answer');
    this.#try(() => this.#parts.store.interrupted(this.#row.id));
  }

  finished(result: GenerationResult): void {
    this.#end(result);
  }

  /** Writes the end and all that is not written yet. True when it is on the disk. */
  save(ending: Ending): boolean {
    return this.#try(() => this.#parts.store.finish(this.#row.id, this.#unwritten, ending));
  }

  #try(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (isDiskFull(error)) this.#parts.onDiskFull();
      this.#parts.log.error({ answer: this.#row.id, err: error }, 'an answer could not be written yet');
      return false;
    }
  }
}
