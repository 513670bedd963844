import { contextBudget, countTexts } from '#server/generation/context-budget.ts';
import type { Generations } from '#server/generation/generation.ts';
import { AppError } from '#server/kernel/errors.ts';
import type { Hooks, WorkspaceEntry } from '#server/kernel/hooks.ts';
import type { Log } from '#server/kernel/log.ts';
import type { Citation, ContextFound } from '../retrieval/context/contract.ts';
import type { ContextStore, MessageContext } from './context-store.ts';
import type { JournalStore } from './journal-store.ts';
import { type Plan, type PromptRequest, weighPath } from './plan.ts';
import type { PathMessage } from './prompt.ts';
import type { AskedContext, MessageSources } from './shapes.ts';
import type { ConversationRow, MessageRow } from './store.ts';
import { MANY, type TreeStore } from './tree-store.ts';

/** Milliseconds after which a question is asked without what is still being looked for. */
const GATHER_MS = 2000;
/** Tokens that joining evidence and question may cost. */
const JOINT = 16;

interface EvidenceParts {
  generations: Pick<Generations, 'count'>;
  hooks: Hooks;
  contexts: ContextStore;
  tree: TreeStore;
  journal: JournalStore;
  log: Log;
}

type Wanted = NonNullable<Plan['wanted']>;

/** What of an opened folder goes with questions, and whether answers keep to it. */
export class Evidence {
  readonly #parts: EvidenceParts;

  constructor(parts: EvidenceParts) {
    this.#parts = parts;
  }

  /**
   * What a question asks for: as it says itself, or as its conversation's workspace does. Null: nothing.
   * Errors: not_found for a folder that is not open.
   */
  wantedBy(conversation: ConversationRow, asked: AskedContext | null | undefined): MessageContext | null {
    if (asked === null) return null;
    if (asked === undefined) {
      const workspace = this.#workspace(conversation.workspaceId);
      if (!workspace || workspace.autoContext === false) return null;
      return {
        workspaceId: workspace.id,
        asked: { mentions: [], automatic: true, left_out: [] },
        found: null,
      };
    }
    const { workspace_id: workspaceId, ...rest } = asked;
    if (!rest.automatic && rest.mentions.length === 0) return null;
    if (!this.#workspace(workspaceId))
      throw new AppError('not_found', 'This folder is not open any more. Open it again, or detach it.');
    return { workspaceId, asked: rest, found: null };
  }

  /** Rows of a path with the evidence that their questions were asked with. */
  withEvidence(rows: readonly MessageRow[]): PathMessage[] {
    const contexts = this.#parts.contexts.of(rows.filter(({ role }) => role === 'user').map(({ id }) => id));
    return rows.map((row) => ({ ...row, evidence: contexts.get(row.id)?.found ?? undefined }));
  }

  /** What is still to be looked for: the question was asked, and its answer began before it was. */
  missingOf(messageId: string): Wanted | undefined {
    const context = this.#parts.contexts.find(messageId);
    return context?.found === null ? { messageId, context } : undefined;
  }

  /** Looks for it, keeps it, and gives the path with it. Never fails for what is not found: a note says why. */
  async gather(request: PromptRequest, wanted: Wanted, signal: AbortSignal): Promise<PathMessage[]> {
    const { generations, contexts, tree } = this.#parts;
    // Waits for the model, if it is not resident: the time limit is for the search alone.
    const bare = await weighPath(generations, { ...request, path: request.path.map(withoutEvidence) });
    const workspace = this.#workspace(wanted.context.workspaceId);
    const room = bare.count.contextWindow - request.reserved - bare.count.tokens - JOINT;
    const bound = contextBudget(bare.count.contextWindow, workspace?.contextCharacters ?? null);
    const budget = Math.max(0, Math.min(room, bound));
    const question = request.path.findLast(({ id }) => id === wanted.messageId);
    const row = tree.stored(wanted.messageId);
    const above = this.#sourcesAbove(row?.parentId ?? null);
    const firstNumber = above.reduce((most, { number }) => Math.max(most, number), 0) + 1;
    const found = await this.#find(wanted, {
      ...{ query: question?.text ?? '', budget, firstNumber, modelId: request.model.id },
      signal,
    });
    signal.throwIfAborted();
    contexts.keep(wanted.messageId, found);
    return request.path.map((message) =>
      message.id === wanted.messageId ? { ...message, evidence: found } : message,
    );
  }

  /** Holds an answer that ended against all sources that its model had read. */
  verify(answer: MessageRow): void {
    const [provider] = this.#parts.hooks.all('contextProvider');
    if (!provider || answer.role !== 'assistant' || answer.text === '') return;
    const sources = this.#sourcesAbove(answer.parentId);
    if (sources.length === 0) return;
    try {
      const citations: Citation[] = provider.verify(answer.text, sources);
      this.#parts.journal.recordCitations(answer.id, citations);
    } catch (error) {
      this.#parts.log.error(
        { message_id: answer.id, err: error },
        'the quotes of an answer were not checked',
      );
    }
  }

  /** The question of an answer, if it was asked with a folder. */
  questionOf({ parentId }: MessageRow): MessageRow | undefined {
    const context = parentId === null ? undefined : this.#parts.contexts.find(parentId);
    return context && parentId !== null ? this.#parts.tree.stored(parentId) : undefined;
  }

  /** A question's sources with their texts, and which of them changed since. */
  async sourcesOf(messageId: string): Promise<MessageSources> {
    const { contexts, hooks } = this.#parts;
    const context = contexts.find(messageId);
    const sources = context?.found?.sources ?? [];
    const [provider] = hooks.all('contextProvider');
    const open = provider !== undefined && this.#workspace(context?.workspaceId ?? null) !== undefined;
    return { sources, stale: open ? await provider.stale(sources) : null };
  }

  #workspace(id: string | null): WorkspaceEntry | undefined {
    if (id === null) return undefined;
    for (const source of this.#parts.hooks.all('workspaceSource')) {
      const entry = source.find(id);
      if (entry) return entry;
    }
    return undefined;
  }

  #sourcesAbove(leafId: string | null) {
    const { tree, contexts } = this.#parts;
    const path = tree.path(leafId, MANY);
    return [...contexts.of(path.map(({ id }) => id)).values()].flatMap(({ found }) => found?.sources ?? []);
  }

  async #find({ context }: Wanted, asked: Search): Promise<ContextFound> {
    const [provider] = this.#parts.hooks.all('contextProvider');
    if (!provider) return nothing('This version cannot search folders.');
    if (asked.budget === 0) return nothing('The context window is full: there was no room for sources.');
    const { query, budget, firstNumber, modelId } = asked;
    const late = AbortSignal.timeout(GATHER_MS);
    const { mentions, automatic, left_out: leftOut } = context.asked;
    try {
      const gathering = provider.gather(
        {
          ...{ workspaceId: context.workspaceId, query, mentions, automatic, leftOut, budget, firstNumber },
          countTokens: (texts) => countTexts(this.#parts.generations, modelId, texts),
        },
        AbortSignal.any([late, asked.signal]),
      );
      return await untilAborted(gathering, late);
    } catch (error) {
      asked.signal.throwIfAborted();
      if (late.aborted) return nothing('The search took longer than two seconds, so nothing was added.');
      this.#parts.log.error({ err: error }, 'the evidence of a question could not be gathered');
      return nothing(
        error instanceof AppError ? error.message : 'The search failed; the log has the details.',
      );
    }
  }
}

interface Search {
  query: string;
  /** Tokens. */
  budget: number;
  firstNumber: number;
  modelId: string;
  signal: AbortSignal;
}

function nothing(note: string): ContextFound {
  return { sources: [], text: '', tokens: 0, dropped: [], nothing_found: false, method: null, note };
}

function withoutEvidence(message: PathMessage): PathMessage {
  return { ...message, evidence: undefined };
}

/** Rejects with the signal's reason even when the work does not look at it. */
function untilAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', abort));
}
