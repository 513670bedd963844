/** Topics a browser may subscribe to: `conversation:<id>`, or a room's own name. */
export type Topic = string;

/** Sends typed events to subscribed browsers. `Events` is the merged map of all rooms. */
export interface Emitter<Events> {
  emit<K extends keyof Events & string>(
    topic: Topic,
    event: K,
    ...args: Events[K] extends (...args: infer Args) => void ? Args : never
  ): void;
  /** Number of browsers subscribed to `topic`. */
  listeners(topic: Topic): number;
}

/** What a browser may send: nothing but these. The acknowledgement carries the refusal, if any. */
export interface ClientToServerEvents {
  subscribe: (topic: Topic, acknowledge: (result: { ok: boolean; error?: string }) => void) => void;
  unsubscribe: (topic: Topic) => void;
}
