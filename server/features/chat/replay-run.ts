import type {
  Admission,
  Delta,
  GenerationResult,
  GenerationSink,
  GenerationState,
} from '#server/generation/generation.ts';
import type { MessageRow } from './store.ts';

type ReplayResult = NonNullable<MessageRow['replay']>;

interface ReplayParts {
  /** The answer as it is when the replay begins. */
  row: MessageRow;
  expected: readonly number[];
  /** Something that is shown changed. */
  changed(): void;
  /** It is over; null when it was cancelled. */
  ended(result: ReplayResult | null): void;
}

/** Milliseconds between two reports of progress. */
const REPORT_MS = 200;

/** Takes one generation that repeats an answer, and compares it token by token. Nothing of it reaches the conversation. */
export class ReplayRun implements GenerationSink {
  readonly row: MessageRow;
  /** Why it cannot be expected to be the same, known once the engine takes it. */
  caveats: string[] = [];
  phase: GenerationState['phase'] = 'queued';
  readonly #parts: ReplayParts;
  readonly #tokenIds: number[] = [];
  #text = '';
  #reasoning = '';
  #reportedAt = 0;

  constructor(parts: ReplayParts) {
    this.row = parts.row;
    this.#parts = parts;
  }

  get done(): number {
    return this.#tokenIds.length;
  }

  get total(): number {
    return this.#parts.expected.length;
  }

  admitted(admission: Admission): void {
    this.caveats = caveatsOf(this.row, admission);
    this.#parts.changed();
  }

  state({ phase }: GenerationState): void {
    const same = phase === this.phase;
    this.phase = phase;
    this.#report(!same);
  }

  delta({ tokenIds, text, reasoning }: Delta): void {
    this.#tokenIds.push(...tokenIds);
    this.#text += text;
    this.#reasoning += reasoning;
    this.#report(false);
  }

  journal(): void {
    // A replay that is cut off is simply asked for again.
  }

  interrupted(): void {
    this.caveats = [...this.caveats, 'The engine stopped during the replay and went on.'];
  }

  finished({ finishReason, error }: GenerationResult): void {
    if (finishReason === 'cancelled') return this.#parts.ended(null);
    const { expected } = this.#parts;
    const index = firstDifference(expected, this.#tokenIds);
    const outcome = error !== null ? 'failed' : index === null ? 'same' : 'different';
    this.#parts.ended({
      at: Date.now(),
      outcome,
      caveats: this.caveats,
      tokens: this.#tokenIds.length,
      first_difference:
        index === null || error !== null
          ? null
          : { index, expected: expected[index] ?? null, actual: this.#tokenIds[index] ?? null },
      error,
      ...(outcome === 'different' ? { text: this.#text, reasoning: this.#reasoning } : {}),
    });
  }

  #report(atOnce: boolean): void {
    const now = performance.now();
    if (!atOnce && now - this.#reportedAt < REPORT_MS) return;
    this.#reportedAt = now;
    this.#parts.changed();
  }
}

/** What is not as it was when the answer was made, a sentence each. */
function caveatsOf(row: MessageRow, admission: Admission): string[] {
  const { record, model, interruptions } = row;
  if (record === null) return [];
  const { versions } = admission;
  const built: [string, string, string][] = [
    ['The engine', record.engine, versions.engine],
    ['MLX', record.mlx, versions.mlx],
    ['mlx-lm', record.mlx_lm, versions.mlx_lm],
    ['Python', record.python, versions.python],
    ['The device', record.device, versions.device],
    ['The matrix library', record.blas, versions.blas],
    ['The precision', record.dtype, versions.dtype],
  ];
  return [
    ...(model?.hash === admission.modelHash ? [] : ['The files of the model have changed since.']),
    ...(record.template_hash === admission.templateHash
      ? []
      : ['The chat template of the model has changed since; the prompt is used as it was recorded.']),
    ...built.flatMap(([name, was, is]) => (was === is ? [] : [`${name} was ${was} and is ${is}.`])),
    ...(interruptions > 0 || record.runs > 1
      ? ['The answer was continued after it had stopped, which can change the last bits of what follows.']
      : []),
  ];
}

function firstDifference(expected: readonly number[], actual: readonly number[]): number | null {
  const longest = Math.max(expected.length, actual.length);
  for (let index = 0; index < longest; index += 1) if (expected[index] !== actual[index]) return index;
  return null;
}
