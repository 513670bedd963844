import type {
  Citation,
  ContextFound,
  ContextMention,
  ContextPlace,
  ContextSource,
} from '#server/features/retrieval/context/contract.ts';

/** A model directory on this disk that an engine may load. Bytes, tokens. */
export interface ModelEntry {
  id: string;
  name: string;
  path: string;
  /** Shown beside the name, e.g. `4-bit`, `float16`. */
  quantization: string | null;
  contextWindow: number;
  /** Bytes the ledger reserves before the load; null when it could not be judged. */
  memoryBytes: number | null;
  builtIn: boolean;
  /** The small model that guesses ahead for it, where a person chose one. Bytes beside those of this model. */
  draft?: { path: string; memoryBytes: number } | null;
  /** It measures texts and cannot chat. */
  embeds?: boolean;
  /** What the model's makers recommend, where the person sets nothing. */
  sampling?: ModelSampling;
}

/** Sampling parameters that a model may bring in its generation_config.json. */
export interface ModelSampling {
  temperature?: number | undefined;
  top_p?: number | undefined;
  top_k?: number | undefined;
  min_p?: number | undefined;
  repetition_penalty?: number | undefined;
}

/** A conversation to be kept as if it had been held in the chat. */
export interface ConversationDraft {
  title: string;
  modelId: string;
  systemPrompt: string;
  parameters: ModelSampling & { max_tokens?: number | undefined; seed?: number | undefined };
  messages: { role: 'user' | 'assistant'; text: string; reasoning?: string }[];
}

/** A folder that a person opened, and what its `.mlx-code.json` says. */
export interface WorkspaceEntry {
  id: string;
  name: string;
  /** Real path; approved. */
  root: string;
  include: string[];
  exclude: string[];
  /** Whether questions about it are answered with what a search finds; absent: they are. */
  autoContext?: boolean;
  /** Most characters of it that may enter a prompt; null: a share of the context window. */
  contextCharacters?: number | null;
}

/** What a prompt asks to be told from a workspace. */
export interface ContextRequest {
  workspaceId: string;
  query: string;
  mentions: ContextMention[];
  /** Search by itself too, not only what was pointed at. */
  automatic: boolean;
  /** Places that must not enter. */
  leftOut: ContextPlace[];
  /** Of the first source: numbers go on through a conversation, so that `[7]` means one place in it. */
  firstNumber: number;
  /** Most tokens of the whole context, and how a text is counted. */
  budget: number;
  countTokens(texts: string[]): Promise<number[]>;
}

/** What a room contributes to others. A hook exists only once a second built-in needs it. */
export interface HookMap {
  /** Turns a model id into a directory; the first source that knows it answers. */
  modelSource: {
    find(id: string): Promise<ModelEntry | undefined>;
    fallback?(): Promise<ModelEntry>;
    /** Everything it knows that can be used. */
    list?(): Promise<ModelEntry[]>;
  };
  /** Keeps conversations; rooms that talk to models otherwise hand theirs over. Answers with its id. */
  conversationKeeper: { keep(draft: ConversationDraft): string };
  /** The folders that are open. */
  workspaceSource: {
    list(): WorkspaceEntry[];
    find(id: string): WorkspaceEntry | undefined;
    /** Told of every folder that is opened or changes its rules (`entry`), or is closed (undefined). Returns the end of it. */
    follow(listener: (id: string, entry: WorkspaceEntry | undefined) => void): () => void;
  };
  /** Finds what of a workspace belongs into a prompt, and holds answers against it. */
  contextProvider: {
    gather(request: ContextRequest, signal: AbortSignal): Promise<ContextFound>;
    /** Citations and quotes of an answer, verified against the text of the sources. */
    verify(answer: string, sources: ContextSource[]): Citation[];
    /** Numbers of the sources whose lines are no longer what they were. */
    stale(sources: ContextSource[]): Promise<number[]>;
  };
}

export interface Hooks {
  register<K extends keyof HookMap>(hook: K, implementation: HookMap[K]): void;
  /** In order of registration. */
  all<K extends keyof HookMap>(hook: K): readonly HookMap[K][];
}

/** An empty registry; rooms fill it in their setup. */
export function createHooks(): Hooks {
  const registered: { [K in keyof HookMap]: HookMap[K][] } = {
    ...{ modelSource: [], conversationKeeper: [], workspaceSource: [], contextProvider: [] },
  };
  return {
    register: (hook, implementation) => {
      registered[hook].push(implementation);
    },
    all: (hook) => registered[hook],
  };
}
