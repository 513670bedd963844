import type { Delta, GenerationResult, GenerationSink, GenerationState } from '../generation.ts';

/** What a sink heard, in order, with waits for what is still to come. */
export interface Recorder {
  sink: GenerationSink;
  calls: string[];
  states: GenerationState[];
  deltas: Delta[];
  pieces: Delta[];
  reasons: string[];
  admitted: { promptTokens: number; seed: number; modelHash: string }[];
  result: Promise<GenerationResult>;
  /** Resolves at the first delta with so many tokens. */
  tokens(count: number): Promise<void>;
  /** Resolves at the first such state. */
  state(phase: GenerationState['phase']): Promise<void>;
  /** How many were shown when the engine first died. */
  tokensAtDeath(): number;
  text(): string;
  tokenIds(): number[];
}

export function createRecorder(): Recorder {
  const { promise: result, resolve: finish } = Promise.withResolvers<GenerationResult>();
  const waits: { holds(): boolean; done(): void }[] = [];
  const until = async (holds: () => boolean) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waits.push({ holds, done: resolve });
    check();
    await promise;
  };
  const check = () => {
    for (const wait of waits) if (wait.holds()) wait.done();
  };
  const heard = (call: string) => {
    recorder.calls.push(call);
    check();
  };
  const recorder: Recorder = {
    calls: [],
    states: [],
    deltas: [],
    pieces: [],
    reasons: [],
    admitted: [],
    result,
    tokens: (count) => until(() => (recorder.deltas.at(-1)?.tokens ?? 0) >= count),
    state: (phase) => until(() => recorder.states.some((state) => state.phase === phase)),
    tokensAtDeath: () => {
      const calls = recorder.calls.slice(0, recorder.calls.indexOf('interrupted'));
      const shown = calls.filter((call) => call === 'delta').length;
      return recorder.deltas[shown - 1]?.tokens ?? 0;
    },
    text: () => recorder.deltas.map(({ text }) => text).join(''),
    tokenIds: () => recorder.deltas.flatMap(({ tokenIds }) => tokenIds),
    sink: {
      admitted: (event) => {
        recorder.admitted.push(event);
        heard('admitted');
      },
      state: (state) => {
        recorder.states.push(state);
        heard('state');
      },
      delta: (delta) => {
        recorder.deltas.push(delta);
        heard('delta');
      },
      journal: (piece) => {
        recorder.pieces.push(piece);
        heard('journal');
      },
      interrupted: (reason) => {
        recorder.reasons.push(reason);
        heard('interrupted');
      },
      finished: (outcome) => {
        heard('finished');
        finish(outcome);
      },
    },
  };
  return recorder;
}
