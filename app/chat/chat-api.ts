import { hc } from 'hono/client';
import { API, apiOptions } from '#app/_client/api.ts';
import type {
  AskedContext,
  ChatApi,
  Conversation,
  ConversationSummary,
  ConversationView,
  Message,
  Parameters,
  Replay,
  TokenCount,
  AnswerState,
} from '#server/features/chat/contract.ts';

/** The typed routes of the chat room. Every call throws `ApiError` when the daemon refuses. */
const routes = hc<ChatApi>(API, apiOptions).chat;
const conversation = routes.conversations[':id'];
const message = routes.messages[':id'];

export type Overflow = 'refuse' | 'drop_oldest';

export interface ConversationPage {
  items: ConversationSummary[];
  next_cursor: string | null;
  total: number;
}

export interface Started {
  user: Message | null;
  answer: Message;
}

export interface NewConversation {
  model_id: string | null;
  system_prompt: string;
  parameters: Parameters;
  workspace_id: string | null;
}

export type ConversationChange = Partial<
  Pick<Conversation, 'title' | 'model_id' | 'system_prompt' | 'parameters' | 'pinned' | 'workspace_id'>
>;

interface Live {
  message: Message;
  seq: number;
  text: string;
  reasoning: string;
  state: AnswerState | null;
}

export const chatApi = {
  list: async (cursor: string | null): Promise<ConversationPage> =>
    (await routes.conversations.$get({ query: cursor === null ? {} : { cursor } })).json(),

  create: async (json: NewConversation): Promise<Conversation> =>
    (await routes.conversations.$post({ json })).json(),

  open: async (id: string, before: string | null, limit: number): Promise<ConversationView> =>
    (
      await conversation.$get({
        param: { id },
        query: { limit: String(limit), ...(before === null ? {} : { before }) },
      })
    ).json(),

  update: async (id: string, json: ConversationChange): Promise<Conversation> =>
    (await conversation.$patch({ param: { id }, json })).json(),

  remove: async (ids: string[]): Promise<void> => {
    await routes.conversations.delete.$post({ json: { ids } });
  },

  restore: async (ids: string[]): Promise<void> => {
    await routes.conversations.restore.$post({ json: { ids } });
  },

  count: async (id: string, json: { text: string; model_id?: string }): Promise<TokenCount> =>
    (await conversation.count.$post({ param: { id }, json })).json(),

  countNew: async (json: {
    text: string;
    model_id: string | null;
    system_prompt: string;
    max_tokens?: number;
  }): Promise<TokenCount> => (await routes.count.$post({ json })).json(),

  send: async (
    id: string,
    json: { text: string; request_id: string; overflow: Overflow; context?: AskedContext | null },
  ): Promise<Started> => (await conversation.messages.$post({ param: { id }, json })).json(),

  edit: async (id: string, json: { text: string; overflow: Overflow }): Promise<Started> =>
    (await message.edit.$post({ param: { id }, json })).json(),

  regenerate: async (
    id: string,
    json: { model_id?: string; refresh?: boolean; overflow: Overflow },
  ): Promise<Started> => (await message.regenerate.$post({ param: { id }, json })).json(),

  resume: async (id: string): Promise<Message> =>
    (await message.continue.$post({ param: { id }, json: {} })).json(),

  stop: async (id: string): Promise<void> => {
    await message.stop.$post({ param: { id } });
  },

  select: async (id: string): Promise<ConversationView> =>
    (await message.select.$post({ param: { id } })).json(),

  branch: async (id: string): Promise<Conversation> => (await message.branch.$post({ param: { id } })).json(),

  removeMessage: async (id: string): Promise<ConversationView> =>
    (await message.delete.$post({ param: { id } })).json(),

  restoreMessage: async (id: string): Promise<ConversationView> =>
    (await message.restore.$post({ param: { id } })).json(),

  replay: async (id: string): Promise<Replay> => (await message.replay.$post({ param: { id } })).json(),

  replayState: async (id: string): Promise<Replay> => (await message.replay.$get({ param: { id } })).json(),

  cancelReplay: async (id: string): Promise<void> => {
    await message.replay.cancel.$post({ param: { id } });
  },

  live: async (id: string, after: number): Promise<Live> => {
    const live = await (await message.live.$get({ param: { id }, query: { after: String(after) } })).json();
    return { ...live, state: isState(live.state) ? live.state : null };
  },
};

/** The contract leaves the state open; only a value with a phase is one. */
function isState(value: unknown): value is AnswerState {
  return typeof value === 'object' && value !== null && 'phase' in value;
}
