import { createHash } from 'node:crypto';
import { differenceOf } from '#server/generation/difference.ts';
import type { GenerationRequest, Generations } from '#server/generation/generation.ts';
import { readTokenIds } from '#server/generation/token-ids.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { Hooks } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements } from './announcements.ts';
import type { Replay } from './contract.ts';
import type { JournalStore } from './journal-store.ts';
import { askedOf, findModel, samplingOf } from './plan.ts';
import { ReplayRun } from './replay-run.ts';
import type { MessageRow } from './store.ts';
import { isUnfinished, type TreeStore } from './tree-store.ts';
import { toReplayResult } from './views.ts';

interface ReplaysParts {
  generations: Generations;
  hooks: Hooks;
  tree: TreeStore;
  journal: JournalStore;
  announcements: Announcements;
  log: Log;
}

/** How far a replay that has gone astray is followed beyond the length of the answer. Tokens. */
const FURTHER = 256;
const KINDS = { both: 'same', first: 'removed', second: 'added' } as const;

/** Answers being made again, to see whether the same comes out. */
export class Replays {
  readonly #parts: ReplaysParts;
  readonly #running = new Map<string, ReplayRun>();

  constructor(parts: ReplaysParts) {
    this.#parts = parts;
  }

  /**
   * Starts one. Errors: conflict, with the reason, for an answer that cannot be repeated; not_found when its model
   * is gone.
   */
  async start(row: MessageRow): Promise<Replay> {
    const { hooks, tree, generations } = this.#parts;
    const prompt = requireRecorded(row, tree.promptOf(row.id));
    const model = await findModel(hooks, row.model?.id ?? '');
    if (this.#running.has(row.id)) throw new AppError('conflict', 'This answer is being replayed already.');
    const expected = readTokenIds(row.tokenIds);
    const run = new ReplayRun({
      row,
      expected,
      changed: () => this.#announce(row),
      ended: (result) => this.#ended(row, result),
    });
    this.#running.set(row.id, run);
    try {
      generations.start(requestOf(row, { modelId: model.id, promptTokenIds: readTokenIds(prompt) }), run);
    } catch (error) {
      this.#running.delete(row.id);
      throw error;
    }
    return this.state(row);
  }

  state(row: MessageRow): Replay {
    const run = this.#running.get(row.id);
    return {
      message_id: row.id,
      running: run ? { phase: run.phase, done: run.done, total: run.total, caveats: run.caveats } : null,
      result: row.replay && toReplayResult(row.replay),
      difference: changeOf(row),
    };
  }

  /** True when it was running. */
  cancel(messageId: string): boolean {
    return this.#running.has(messageId) && this.#parts.generations.stop(nameOf(messageId));
  }

  cancelIn(conversationIds: readonly string[]): void {
    for (const { row } of this.#running.values())
      if (conversationIds.includes(row.conversationId)) this.cancel(row.id);
  }

  #ended(row: MessageRow, result: MessageRow['replay']): void {
    this.#running.delete(row.id);
    try {
      // What went on meanwhile is another answer by now.
      if (result !== null) this.#parts.journal.recordReplay(row, result);
    } catch (error) {
      this.#parts.log.error({ message_id: row.id, err: error }, 'a replay could not be recorded');
    }
    this.#announce(row);
  }

  #announce(row: MessageRow): void {
    const stored = this.#parts.tree.stored(row.id);
    if (!stored) return;
    this.#parts.announcements.replay(row.conversationId, this.state(stored));
    if (!this.#running.has(row.id)) this.#parts.announcements.message(stored);
  }
}

/** The recorded prompt. Errors: conflict, saying why the answer cannot be made again. */
function requireRecorded(row: MessageRow, prompt: Buffer | undefined): Buffer {
  if (row.role !== 'assistant') throw new AppError('invalid_request', 'Only an answer can be replayed.');
  if (isUnfinished(row)) throw new AppError('conflict', 'This answer is still being written.');
  const { record } = row;
  if (record === null || row.model === null) {
    throw refusal('it was made by a version of MLX Code that did not record what replaying needs');
  }
  if (!row.tokenIds?.length) throw refusal('it has no tokens to compare with');
  if (prompt === undefined) throw refusal('the tokens of its prompt are not known');
  const hash = `sha256:${createHash('sha256').update(prompt).digest('hex')}`;
  if (hash !== record.prompt_hash) throw refusal('its recorded prompt is not the one that it was made from');
  return prompt;
}

function refusal(reason: string): AppError {
  return new AppError('conflict', `This answer cannot be replayed: ${reason}.`);
}

function requestOf(
  row: MessageRow,
  asked: Pick<GenerationRequest, 'modelId' | 'promptTokenIds'>,
): GenerationRequest {
  const parameters = row.parameters ?? {};
  const sampling = samplingOf(parameters);
  const length = (row.tokenIds?.length ?? 0) / 4;
  const ended = row.finishReason === 'stop' || row.finishReason === 'tool_calls';
  return {
    ...asked,
    id: nameOf(row.id),
    messages: [],
    sampling: {
      ...sampling,
      max_tokens: ended ? Math.min(sampling.max_tokens, length + FURTHER) : length,
      seed: row.seed,
    },
    resume: null,
    priority: 'batch',
    ...askedOf(parameters),
  };
}

function nameOf(messageId: string): string {
  return `replay.${messageId}`;
}

function changeOf({ text, reasoning, replay }: MessageRow): Replay['difference'] {
  if (replay?.text === undefined) return null;
  const before = spoken(reasoning, text);
  const after = spoken(replay.reasoning ?? '', replay.text);
  if (before === after) return null;
  return differenceOf(before, after).map(({ side, text }) => ({ kind: KINDS[side], text }));
}

function spoken(reasoning: string, text: string): string {
  return reasoning === '' ? text : `${reasoning}\n\n${text}`;
}
