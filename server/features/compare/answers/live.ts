import type { Activity } from '#server/generation/activity.ts';
import type { Hooks } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements } from '../announcements.ts';
import type { ComparisonRow, ComparisonStore } from '../store.ts';
import type { TurnStore } from '../turn-store.ts';
import type { Floor } from './floor.ts';
import { fitTogether, groupByModel } from './groups.ts';
import type { Writer, WriteOptions } from './writer.ts';

interface LiveParts {
  floor: Floor;
  writer: Writer;
  comparisons: ComparisonStore;
  turns: TurnStore;
  activity: Activity;
  hooks: Hooks;
  announcements: Announcements;
  log: Log;
  /** Aborted when the daemon stops: nothing more begins, and what is being written is left to the next start. */
  closing: AbortSignal;
}

/** Answers that somebody waits for: one prompt to all contestants, as many at a time as is fair and fits. */
export class Live {
  readonly #parts: LiveParts;

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /** Writes what of this turn is not written, or `only` some of it, in the background, after what was asked before. */
  begin(comparison: ComparisonRow, turnId: string, only?: readonly string[]): void {
    this.#answer(comparison.id, turnId, only).catch((error: unknown) => {
      if (this.#parts.closing.aborted) return;
      this.#parts.log.error({ err: error, turn: turnId }, 'a prompt could not be brought to all contestants');
    });
  }

  /** Takes up what a previous daemon left; how many turns. */
  recover(): number {
    const left = this.#parts.comparisons.unfinishedLive();
    for (const { id, turnIds } of left)
      for (const turnId of turnIds) this.begin(this.#parts.comparisons.find(id), turnId);
    return left.reduce((sum, { turnIds }) => sum + turnIds.length, 0);
  }

  async #answer(comparisonId: string, turnId: string, only?: readonly string[]): Promise<void> {
    const { floor, turns, comparisons, announcements } = this.#parts;
    const leave = await floor.take('live', this.#parts.closing);
    try {
      const [comparison] = comparisons.stored([comparisonId]);
      if (!comparison || comparison.deletedAt !== null) return;
      const contestants = comparisons.contestantsOf([comparisonId]).get(comparisonId) ?? [];
      const modelOf = new Map(contestants.map(({ id, modelId }) => [id, modelId]));
      const waiting = turns
        .unfinished(comparisonId, { turnId })
        .filter(({ id }) => only === undefined || only.includes(id))
        .map(({ id, contestantId }) => ({ id, modelId: modelOf.get(contestantId) ?? '' }));
      await this.#write(groupByModel(waiting, this.#parts.activity), comparison);
      announcements.changed(comparisonId);
    } finally {
      leave();
    }
  }

  async #write(groups: { id: string; modelId: string }[][], { fairTiming }: ComparisonRow): Promise<void> {
    const { writer, activity, hooks } = this.#parts;
    const options: WriteOptions = {
      ...{ alone: fairTiming, priority: 'interactive' },
      signal: this.#parts.closing,
    };
    const together = (ids: readonly string[]) => Promise.all(ids.map((id) => writer.write(id, options)));
    if (fairTiming) {
      for (const { id } of groups.flat()) await writer.write(id, options);
      return;
    }
    const models = groups.map((group) => group[0]?.modelId ?? '');
    const ids = groups.map((group) => group.map(({ id }) => id));
    if (await fitTogether(models, { activity, hooks })) await together(ids.flat());
    else for (const group of ids) await together(group);
  }
}
