import type { Generations } from '#server/generation/generation.ts';
import { readTokenIds } from '#server/generation/token-ids.ts';
import type { Disk } from '#server/kernel/disk.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Announcements } from './announcements.ts';
import { AnswerSink } from './answer-sink.ts';
import type { AnswerState } from './contract.ts';
import type { Evidence } from './evidence.ts';
import type { JournalStore } from './journal-store.ts';
import { askedOf, completePlan, fitPath, type Plan, type Prompt, samplingOf } from './plan.ts';
import type { ConversationStore, MessageRow } from './store.ts';
import { isUnfinished, type TreeStore } from './tree-store.ts';

const SAVE_AGAIN_MS = 2000;

interface AnswersParts {
  generations: Generations;
  conversations: ConversationStore;
  tree: TreeStore;
  journal: JournalStore;
  announcements: Announcements;
  evidence: Evidence;
  log: Log;
  disk: Pick<Disk, 'reportFull'>;
}

interface Beginning {
  row: MessageRow;
  sink: AnswerSink;
  plan: Plan;
}

interface Missed {
  seq: number;
  text: string;
  reasoning: string;
  state: AnswerState | null;
}

/** An answer that is planned, and not yet handed to an engine. */
interface Waiting {
  sink: AnswerSink;
  state: AnswerState;
  stopped: AbortController;
}

/** The answers being written. */
export class Answers {
  readonly #parts: AnswersParts;
  readonly #waiting = new Map<string, Waiting>();
  /** Ended, and not yet on the disk. */
  readonly #unsaved = new Map<string, AnswerSink>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Runs the model for a queued answer. Never throws: what fails is said in the message. */
  begin(row: MessageRow, plan: Plan): void {
    const sink = this.#sink(row);
    if (!plan.counting && !plan.wanted) return this.#start({ row, sink, plan });
    const stopped = new AbortController();
    this.#waiting.set(row.id, { sink, state: { phase: 'queued', position: 0 }, stopped });
    void this.#beginCounted({ row, sink, plan }, stopped.signal);
  }

  /** True when it was queued, loading or running. */
  stop(id: string): boolean {
    const waiting = this.#waiting.get(id);
    if (!waiting) return this.#parts.generations.stop(id);
    this.#waiting.delete(id);
    waiting.stopped.abort();
    waiting.sink.cancel();
    return true;
  }

  /** A stored row with what its running generation holds beyond it. */
  complete(row: MessageRow): MessageRow {
    const unsaved = this.#unsaved.get(row.id);
    if (unsaved) return unsaved.complete(row);
    const live = isUnfinished(row) ? this.#parts.generations.live(row.id, row.seq) : undefined;
    if (!live) return row;
    const text = row.text + live.text;
    return { ...row, text, reasoning: row.reasoning + live.reasoning, seq: live.seq };
  }

  /** What a browser that has seen deltas up to `after` has missed. */
  live(row: MessageRow, after: number): Missed {
    const nothing = { seq: row.seq, text: '', reasoning: '' };
    const waiting = this.#waiting.get(row.id);
    if (waiting) return { ...nothing, state: waiting.state };
    return this.#parts.generations.live(row.id, after) ?? { ...nothing, state: null };
  }

  /** Leaves what waits to the next start, and tries once more to save what could not be saved. */
  close(): void {
    clearTimeout(this.#timer);
    for (const { stopped } of this.#waiting.values()) stopped.abort();
    this.#waiting.clear();
    for (const sink of this.#unsaved.values()) sink.save();
  }

  async #beginCounted({ row, sink, plan }: Beginning, signal: AbortSignal): Promise<void> {
    try {
      const prompt = await (plan.wanted ? this.#gather(row, plan, signal) : completePlan(plan));
      // Stopped meanwhile, or the daemon is stopping.
      if (!this.#waiting.has(row.id)) return;
      this.#parts.journal.recordDropped(row.id, prompt.dropped);
      this.#waiting.delete(row.id);
      this.#start({ row: { ...row, dropped: prompt.dropped }, sink, plan: { ...plan, ...prompt } });
    } catch (error) {
      if (this.#waiting.delete(row.id)) sink.fail(error);
    }
  }

  /** The prompt with what is found for its question, which is shown as soon as it is. */
  async #gather(row: MessageRow, plan: Plan, signal: AbortSignal): Promise<Prompt> {
    const { evidence, generations, announcements, tree } = this.#parts;
    if (!plan.wanted) return plan;
    const waiting = this.#waiting.get(row.id);
    if (waiting) {
      waiting.state = { phase: 'searching' };
      announcements.state(row, waiting.state);
    }
    const path = await evidence.gather(plan, plan.wanted, signal);
    const question = tree.stored(plan.wanted.messageId);
    if (question) announcements.message(question);
    return fitPath(generations, { ...plan, path });
  }

  #start({ row, sink, plan }: Beginning): void {
    const tokenIds = readTokenIds(row.tokenIds);
    const { text, reasoning, seq } = row;
    const parameters = row.parameters ?? {};
    try {
      this.#parts.generations.start(
        {
          id: row.id,
          modelId: plan.model.id,
          messages: plan.parts.map((part) => part.message),
          // The seed that an interrupted answer was drawn with, so that it goes on as it would have.
          sampling: { ...samplingOf(parameters), ...(row.seed === null ? {} : { seed: row.seed }) },
          resume: tokenIds.length === 0 ? null : { tokenIds, text, reasoning, seq },
          ...askedOf(parameters),
        },
        sink,
      );
    } catch (error) {
      sink.fail(error);
    }
  }

  #sink(row: MessageRow): AnswerSink {
    const { journal, announcements, log, disk } = this.#parts;
    return new AnswerSink(row, {
      journal,
      announcements,
      log,
      onDiskFull: () => disk.reportFull(),
      onEnd: (sink, saved) => this.#ended(sink, saved),
      // Not from within the generation's own call.
      onOtherModel: (id) => queueMicrotask(() => this.#parts.generations.stop(id)),
    });
  }

  #ended(sink: AnswerSink, saved: boolean): void {
    if (saved) this.#unsaved.delete(sink.id);
    else {
      this.#unsaved.set(sink.id, sink);
      this.#timer ??= setTimeout(() => this.#saveAgain(), SAVE_AGAIN_MS).unref();
    }
    const ended = this.#parts.tree.stored(sink.id);
    if (!ended) return;
    if (saved) this.#parts.evidence.verify(ended);
    // Told again: a page that fetched the conversation meanwhile may have it from before the search.
    const question = this.#parts.evidence.questionOf(ended);
    if (question) this.#parts.announcements.message(question);
    const row = this.#parts.tree.stored(sink.id) ?? ended;
    this.#parts.announcements.message(this.complete(row));
    this.#parts.announcements.listed(this.#parts.conversations.stored([row.conversationId]));
  }

  #saveAgain(): void {
    this.#timer = undefined;
    for (const sink of this.#unsaved.values()) this.#ended(sink, sink.save());
  }
}
