/** The text of a running answer as far as this tab knows it. */
export interface LiveText<State> {
  text: string;
  /** What the model thought before it. */
  reasoning: string;
  /** Of the last piece in `text`. */
  seq: number;
  /** Completion tokens so far. */
  tokens: number;
  /** Null until the first state event. */
  state: State | null;
}

/** What followed `after`, as the daemon tells it. */
export interface Missed<State> {
  seq: number;
  text: string;
  reasoning?: string;
  tokens?: number;
  state: State | null;
}

type Delta = [id: string, seq: number, text: string, tokens: number, reasoning?: string];

interface Entry<State> {
  live: LiveText<State>;
  /** Arrived ahead of a gap; applied once the gap is filled. */
  ahead: Map<number, Delta>;
  asking: boolean;
}

interface LiveOptions<State> {
  fetchMissed(id: string, after: number): Promise<Missed<State>>;
  /** Called once per frame at most; `requestAnimationFrame` outside tests. */
  schedule?(run: () => void): void;
}

/**
 * Running answers, outside React: drops pieces it has seen, asks for pieces that are missing, and tells the
 * subscribers of a message at most once per animation frame.
 */
export class LiveStore<State> {
  readonly #entries = new Map<string, Entry<State>>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #dirty = new Set<string>();
  readonly #fetchMissed: LiveOptions<State>['fetchMissed'];
  readonly #schedule: (run: () => void) => void;

  constructor(options: LiveOptions<State>) {
    this.#fetchMissed = options.fetchMissed;
    this.#schedule = options.schedule ?? nextFrame;
  }

  get(id: string): LiveText<State> | undefined {
    return this.#entries.get(id)?.live;
  }

  /** Starts from a fetched message. A copy that is further along is kept. */
  begin(id: string, from: { text: string; reasoning?: string; seq: number; tokens?: number }): void {
    const entry = this.#entry(id);
    if (from.seq < entry.live.seq) return;
    const { text, reasoning = '', seq, tokens = entry.live.tokens } = from;
    entry.live = { ...entry.live, text, reasoning, seq, tokens };
    this.#drain(id, entry);
    this.#touch(id);
  }

  delta(delta: Delta): void {
    const [id, seq] = delta;
    const entry = this.#entry(id);
    if (seq <= entry.live.seq) return;
    entry.ahead.set(seq, delta);
    if (this.#drain(id, entry)) this.#touch(id);
    if (entry.ahead.size > 0) void this.catchUp(id);
  }

  state(id: string, state: State): void {
    const entry = this.#entry(id);
    entry.live = { ...entry.live, state };
    this.#touch(id);
  }

  /** Asks for what follows the last seen `seq`. Rejected requests leave the gap for the next delta or reconnect. */
  async catchUp(id: string): Promise<void> {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.asking) return;
    entry.asking = true;
    const after = entry.live.seq;
    try {
      const missed = await this.#fetchMissed(id, after);
      // Deltas may have filled the gap meanwhile: the answer is a suffix of what we had when we asked.
      if (entry.live.seq === after && this.#entries.get(id) === entry) this.#fill(id, entry, missed);
    } catch {
      // The gap stays open on purpose: the next delta or the next connection asks again.
    } finally {
      entry.asking = false;
    }
  }

  /** After a reconnect. */
  async catchUpAll(): Promise<void> {
    await Promise.all([...this.#entries.keys()].map((id) => this.catchUp(id)));
  }

  /** Forgets a finished answer; its message is the truth from here on. */
  end(id: string): void {
    if (this.#entries.delete(id)) this.#tell(id);
  }

  subscribe(id: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  #fill(id: string, entry: Entry<State>, missed: Missed<State>): void {
    const tokens = missed.tokens ?? entry.live.tokens;
    const state = missed.state ?? entry.live.state;
    const seq = Math.max(entry.live.seq, missed.seq);
    const text = entry.live.text + missed.text;
    const reasoning = entry.live.reasoning + (missed.reasoning ?? '');
    entry.live = { text, reasoning, seq, tokens, state };
    this.#drain(id, entry);
    this.#touch(id);
  }

  #drain(id: string, entry: Entry<State>): boolean {
    let moved = false;
    for (const seq of entry.ahead.keys()) if (seq <= entry.live.seq) entry.ahead.delete(seq);
    for (let next = entry.ahead.get(entry.live.seq + 1); next; next = entry.ahead.get(entry.live.seq + 1)) {
      const [, seq, text, tokens, thought = ''] = next;
      entry.ahead.delete(seq);
      const reasoning = entry.live.reasoning + thought;
      entry.live = { ...entry.live, text: entry.live.text + text, reasoning, seq, tokens };
      moved = true;
    }
    return moved && this.#entries.get(id) === entry;
  }

  #entry(id: string): Entry<State> {
    const known = this.#entries.get(id);
    if (known !== undefined) return known;
    const live: LiveText<State> = { text: '', reasoning: '', seq: 0, tokens: 0, state: null };
    const made: Entry<State> = { live, ahead: new Map(), asking: false };
    this.#entries.set(id, made);
    return made;
  }

  #touch(id: string): void {
    this.#dirty.add(id);
    if (this.#dirty.size > 1) return;
    this.#schedule(() => {
      const ids = [...this.#dirty];
      this.#dirty.clear();
      for (const dirty of ids) this.#tell(dirty);
    });
  }

  #tell(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener();
  }
}

function nextFrame(run: () => void): void {
  // A hidden tab gets no animation frames; it must still agree with the others when it is shown.
  if (document.visibilityState === 'hidden') setTimeout(run, 250);
  else requestAnimationFrame(run);
}
