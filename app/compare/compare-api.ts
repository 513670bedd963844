import { hc, type InferRequestType } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type {
  Answer,
  Arena,
  Ballot,
  CompareApi,
  Comparison,
  ContestantSummary,
  Ensemble,
  PromptSet,
  RowProblem,
  SetPrompt,
  Turn,
  Vote,
} from '#server/features/compare/contract.ts';

/** The typed routes of the compare room. Every call throws `ApiError` when the daemon refuses. */
const routes = hc<CompareApi>(API, apiOptions).compare;
const comparison = routes.comparisons[':id'];
const turn = routes.turns[':id'];
const answer = routes.answers[':id'];

export type NewComparison = InferRequestType<typeof routes.comparisons.$post>['json'];
export type NewRun = InferRequestType<typeof routes.runs.$post>['json'];
export type NewVote = InferRequestType<typeof routes.votes.$post>['json'];
export type VoteNotes = Partial<Pick<Vote, 'reason' | 'tags' | 'ratings'>>;
export type ExportFormat = 'markdown' | 'csv' | 'json' | 'preferences';

export interface OpenComparison {
  comparison: Comparison;
  turns: Turn[];
  votes: Vote[];
}

export interface ComparisonPage {
  items: Comparison[];
  next_cursor: string | null;
}

export interface TextDifference {
  parts: { side: 'both' | 'first' | 'second'; text: string }[];
  similarity: number;
}

export const compareApi = {
  list: async (cursor: string | null): Promise<ComparisonPage> =>
    (await routes.comparisons.$get({ query: cursor === null ? {} : { cursor } })).json(),

  create: async (json: NewComparison): Promise<Comparison> =>
    (await routes.comparisons.$post({ json })).json(),

  /** Turns that follow the one with index `after`. */
  open: async (id: string, after: number, limit: number): Promise<OpenComparison> =>
    (await comparison.$get({ param: { id }, query: { after: String(after), limit: String(limit) } })).json(),

  rename: async (id: string, title: string): Promise<Comparison> =>
    (await comparison.$patch({ param: { id }, json: { title } })).json(),

  remove: async (ids: string[]): Promise<void> => {
    await routes.comparisons.delete.$post({ json: { ids } });
  },

  restore: async (ids: string[]): Promise<void> => {
    await routes.comparisons.restore.$post({ json: { ids } });
  },

  ask: async (id: string, json: { prompt: string; request_id: string }): Promise<Turn> =>
    (await comparison.turns.$post({ param: { id }, json })).json(),

  stop: async (id: string): Promise<void> => {
    await comparison.stop.$post({ param: { id } });
  },

  pause: async (id: string): Promise<Comparison> => (await comparison.pause.$post({ param: { id } })).json(),

  resume: async (id: string): Promise<Comparison> =>
    (await comparison.resume.$post({ param: { id } })).json(),

  ballot: async (id: string): Promise<Ballot | null> =>
    (await (await comparison.ballot.$get({ param: { id } })).json()).ballot,

  summary: async (id: string): Promise<ContestantSummary[]> =>
    (await (await comparison.summary.$get({ param: { id } })).json()).contestants,

  reveal: async (id: string): Promise<Turn> => (await turn.reveal.$post({ param: { id } })).json(),

  ensemble: async (id: string): Promise<Ensemble> => (await turn.ensemble.$get({ param: { id } })).json(),

  merge: async (id: string, model_id: string): Promise<Ensemble> =>
    (await turn.merge.$post({ param: { id }, json: { model_id } })).json(),

  retry: async (id: string): Promise<Answer> => (await answer.retry.$post({ param: { id } })).json(),

  live: async (id: string, after: number) =>
    (await answer.live.$get({ param: { id }, query: { after: String(after) } })).json(),

  adopt: async (id: string): Promise<string> =>
    (await (await answer.adopt.$post({ param: { id } })).json()).conversation_id,

  difference: async (first: string, second: string): Promise<TextDifference> =>
    (await routes.difference.$get({ query: { first, second } })).json(),

  vote: async (json: NewVote): Promise<{ vote: Vote; turn: Turn }> =>
    (await routes.votes.$post({ json })).json(),

  amendVote: async (id: string, json: VoteNotes): Promise<Vote> =>
    (await routes.votes[':id'].$patch({ param: { id }, json })).json(),

  undoVote: async (id: string): Promise<Turn> =>
    (await (await routes.votes[':id'].undo.$post({ param: { id } })).json()).turn,

  arena: async (query: { comparison_id?: string; tag?: string }): Promise<Arena> =>
    (await routes.arena.$get({ query })).json(),

  sets: async (): Promise<PromptSet[]> => (await (await routes.sets.$get()).json()).sets,

  openSet: async (id: string, limit: number): Promise<{ set: PromptSet; prompts: SetPrompt[] }> =>
    (await routes.sets[':id'].$get({ param: { id }, query: { limit: String(limit) } })).json(),

  createSet: async (json: {
    name: string;
    format: 'text' | 'csv' | 'jsonl';
    body: string;
  }): Promise<{ set: PromptSet; problems: RowProblem[]; problem_count: number }> =>
    (await routes.sets.$post({ json })).json(),

  setFromConversations: async (name: string, conversation_ids: string[]): Promise<PromptSet> =>
    (await (await routes.sets['from-conversations'].$post({ json: { name, conversation_ids } })).json()).set,

  removeSet: async (id: string): Promise<void> => {
    await routes.sets[':id'].$delete({ param: { id } });
  },

  run: async (json: NewRun): Promise<Comparison> => (await routes.runs.$post({ json })).json(),

  /** What an export as JSON holds. */
  import: async (file: Blob): Promise<{ comparisons: number; votes: number; problems: RowProblem[] }> =>
    (await routes.import.$post({ json: { body: await file.text() } })).json(),
};
