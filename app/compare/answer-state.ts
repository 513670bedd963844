import type { Answer } from '#server/features/compare/contract.ts';

/** Where a running answer is: words, and how much of it is done where there is something to measure (0 to 1). */
export interface AnswerState {
  words: string;
  fraction: number | null;
}

/** Reads a state event, which the contract leaves open; null for one of another shape. */
export function readState(state: unknown): AnswerState | null {
  if (typeof state !== 'object' || state === null || !('phase' in state)) return null;
  switch (state.phase) {
    case 'waiting':
      return { words: 'waiting, so that the others have the machine alone', fraction: null };
    case 'queued':
      return { words: 'queued', fraction: null };
    case 'loading':
      return measured('loading the model', numberOf(state, 'fraction'));
    case 'prefill': {
      const total = numberOf(state, 'total') ?? 0;
      const done = (numberOf(state, 'done') ?? 0) + (numberOf(state, 'cached') ?? 0);
      return measured('reading the prompt', total > 0 ? Math.min(1, done / total) : null);
    }
    case 'answering':
      return { words: 'answering', fraction: null };
    case 'restarting':
      return { words: 'the engine stopped and starts again; nothing is lost', fraction: null };
    default:
      return null;
  }
}

export function isRunning({ status }: Pick<Answer, 'status'>): boolean {
  return status === 'waiting' || status === 'running';
}

/** What an answer is that is not being written. */
export function statusWords({ status, text }: Answer): string {
  switch (status) {
    case 'waiting':
      return 'waiting';
    case 'running':
      return 'starting';
    case 'complete':
      return text.trim() === '' ? 'done, but empty' : 'done';
    case 'failed':
      return 'failed';
    case 'cancelled':
      return 'stopped';
    case 'interrupted':
      return 'interrupted';
  }
}

function measured(words: string, fraction: number | null): AnswerState {
  return fraction === null
    ? { words, fraction }
    : { words: `${words} ${Math.round(fraction * 100)} %`, fraction };
}

function numberOf(state: object, name: string): number | null {
  const value: unknown = Reflect.get(state, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
