import type { TreeMessage } from './markdown.ts';
import type { PromptDelta } from './prompt-store.ts';

/** What an exported file says of a message apart from the message itself. */
export type MessagePart =
  | { kind: 'tokens'; id: string; tokenIds: Buffer }
  | { kind: 'prompt'; id: string; prompt: PromptDelta }
  | { kind: 'context'; id: string; context: NonNullable<TreeMessage['context']> }
  | { kind: 'reasoning'; id: string; text: string; edited: boolean }
  | { kind: 'tool-calls'; id: string; calls: NonNullable<TreeMessage['toolCalls']> };

/** Parts of messages by message id, in whatever order the file has them. */
export class MessageParts {
  /** Messages whose text a person changed: their token ids say something else. */
  readonly edited = new Set<string>();
  readonly #tokens = new Map<string, Buffer>();
  readonly #prompts = new Map<string, PromptDelta>();
  readonly #contexts = new Map<string, NonNullable<TreeMessage['context']>>();
  readonly #reasoning = new Map<string, string>();
  readonly #calls = new Map<string, NonNullable<TreeMessage['toolCalls']>>();

  take(part: MessagePart): void {
    switch (part.kind) {
      case 'tokens':
        this.#tokens.set(part.id, part.tokenIds);
        return;
      case 'prompt':
        this.#prompts.set(part.id, part.prompt);
        return;
      case 'context':
        this.#contexts.set(part.id, part.context);
        return;
      case 'reasoning':
        this.#reasoning.set(part.id, part.text);
        if (part.edited) this.edited.add(part.id);
        return;
      case 'tool-calls':
        this.#calls.set(part.id, part.calls);
    }
  }

  giveTo(message: TreeMessage): void {
    const { id } = message;
    message.tokenIds = this.edited.has(id) ? null : (this.#tokens.get(id) ?? null);
    message.prompt = this.#prompts.get(id) ?? null;
    message.context = this.#contexts.get(id) ?? null;
    // Places in a text that is not the same any more.
    if (this.edited.has(id)) message.citations = null;
    message.reasoning = this.#reasoning.get(id) ?? '';
    message.toolCalls = this.#calls.get(id) ?? null;
  }
}

/** Takes away prompts whose beginning is not in a message above: it was edited, or the file is damaged. */
export function dropUnreadablePrompts(messages: readonly TreeMessage[]): void {
  const byId = new Map(messages.map((message) => [message.id, message]));
  const lengths = new Map<string, number>();
  /** Ids of the prompt; undefined when it cannot be read. */
  const lengthOf = (message: TreeMessage): number | undefined => {
    const { id, prompt } = message;
    if (prompt === null) return undefined;
    const known = lengths.get(id);
    if (known !== undefined) return known;
    const base = prompt.baseId === null ? undefined : byId.get(prompt.baseId);
    const whole = prompt.baseId === null && prompt.shared === 0;
    const beginning = base && isAbove(byId, base, message) ? (lengthOf(base) ?? -1) : -1;
    const available = beginning < 0 ? -1 : beginning + (base?.tokenIds?.length ?? 0) / 4;
    if (!whole && prompt.shared > available) return undefined;
    const length = prompt.shared + prompt.tail.length / 4;
    lengths.set(id, length);
    return length;
  };
  for (const message of parentsFirst(messages)) if (lengthOf(message) === undefined) message.prompt = null;
}

function isAbove(byId: ReadonlyMap<string, TreeMessage>, above: TreeMessage, message: TreeMessage): boolean {
  for (let id = message.parentId; id !== null; id = byId.get(id)?.parentId ?? null)
    if (id === above.id) return true;
  return false;
}

/** So that a message is looked at after all that are above it. */
export function parentsFirst(messages: readonly TreeMessage[]): TreeMessage[] {
  const children = Map.groupBy(messages, (message) => message.parentId);
  const ordered = [...(children.get(null) ?? [])];
  for (const message of ordered) for (const child of children.get(message.id) ?? []) ordered.push(child);
  return ordered;
}
