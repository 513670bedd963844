import { describe, expect, it } from 'vitest';
import type { Measurement, MeasurementResult } from '#server/features/retrieval/measure/contract.ts';
import {
  comparableWith,
  formatFigure,
  isUnderWay,
  modeName,
  progressText,
  subjectOf,
} from './measure-text.ts';

function result(name: string): MeasurementResult {
  return {
    corpus: { name, files: 3, chunks: 9 },
    ...{ tuned_on: 0, reported_on: 4, modes: [], tuning: [], weight_kept: false, note: null },
  };
}

function measurement(change: Partial<Measurement>): Measurement {
  return {
    ...{ id: 'a', kind: 'stdlib', workspace_id: null, status: 'done', step: null, done: 0, total: null },
    ...{ seconds_left: null, error: null, result: null, created_at: 0, finished_at: null },
    ...change,
  };
}

const mean = (value: number) => ({ value, low: value - 0.02, high: value + 0.02 });

describe('what a measurement says', () => {
  it('calls a search semantic only from an MRR of 0.45 on, and never one by words', () => {
    expect(modeName({ mode: 'hybrid', mrr: mean(0.45) })).toBe('Semantic search');
    expect(modeName({ mode: 'hybrid', mrr: mean(0.449) })).toBe('With meaning');
    expect(modeName({ mode: 'lexical', mrr: mean(0.9) })).toBe('Words and symbols');
  });

  it('tells the step, how much of it is done and the time left, each where it is known', () => {
    const running = measurement({
      status: 'running',
      step: 'Asking',
      done: 1200,
      total: 3550,
      seconds_left: 40,
    });
    expect(progressText(running)).toBe('Asking · 1,200 of 3,550 · 40 s left');
    expect(progressText(measurement({ status: 'running' }))).toBe('Starting');
    expect(progressText(measurement({ status: 'queued', done: 5, total: 9 }))).toBe('Waits for its turn');
  });

  it('names what was measured as whoever asks sees it', () => {
    const history = measurement({ kind: 'history', workspace_id: 'one' });
    expect(subjectOf(history, 'one')).toBe('History of this folder');
    expect(subjectOf(history, 'two')).toBe('History of another folder');
    expect(subjectOf(measurement({ result: result('Python 3.12.1 standard library') }), 'one')).toBe(
      'Python 3.12.1 standard library',
    );
  });

  it('looks again while there is more to come, and not at what was cancelled or failed', () => {
    const statuses = ['queued', 'running', 'paused', 'done', 'failed', 'cancelled'] as const;
    expect(statuses.filter((status) => isUnderWay({ status }))).toEqual(['queued', 'running', 'paused']);
  });

  it('writes means with three places and shares as percents', () => {
    expect([formatFigure(0.37149, 'mean'), formatFigure(0.5049, 'share')]).toEqual(['0.371', '50 %']);
  });
});

describe('the course over time', () => {
  it('holds those of the same questions alone, oldest first', () => {
    const small = measurement({ id: 'small', result: result('Python, 2 %') });
    const newer = measurement({ id: 'newer', result: result('Python') });
    const older = measurement({ id: 'older', result: result('Python') });
    const failed = measurement({ id: 'failed', status: 'failed' });
    expect(comparableWith(newer, [newer, small, failed, older]).map(({ id }) => id)).toEqual([
      'older',
      'newer',
    ]);
  });

  it('follows the history of one folder although its commits become more', () => {
    const of = (id: string, folder: string, name: string) =>
      measurement({ id, kind: 'history', workspace_id: folder, result: result(name) });
    const [newer, other, older] = [
      of('c', 'one', 'x, 9 commits'),
      of('b', 'two', 'x'),
      of('a', 'one', 'x, 4 commits'),
    ];
    expect(comparableWith(newer, [newer, other, older]).map(({ id }) => id)).toEqual(['a', 'c']);
  });
});
