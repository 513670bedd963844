import type { Emitter } from '#server/kernel/sockets.ts';
import type { IndexingEvents, IndexState } from './contract.ts';

const EVERY_MS = 200;
const MOST_PATHS = 200;

interface Waiting {
  timer: NodeJS.Timeout | undefined;
  state: boolean;
  paths: Set<string>;
  more: boolean;
}

interface AnnouncerOptions {
  events: Emitter<IndexingEvents>;
  state(workspaceId: string): IndexState | undefined;
}

/** Tells the open tabs how indexes are, at most five times a second each. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #waiting = new Map<string, Waiting>();

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  changed(workspaceId: string): void {
    this.#of(workspaceId).state = true;
    this.#soon(workspaceId);
  }

  written(workspaceId: string, { paths, more }: { paths: readonly string[]; more: boolean }): void {
    const waiting = this.#of(workspaceId);
    waiting.more ||= more;
    for (const path of paths) {
      if (waiting.paths.size < MOST_PATHS) waiting.paths.add(path);
      else waiting.more = true;
    }
    this.#soon(workspaceId);
  }

  stop(): void {
    for (const { timer } of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #of(workspaceId: string): Waiting {
    const known = this.#waiting.get(workspaceId);
    if (known !== undefined) return known;
    const waiting: Waiting = { timer: undefined, state: false, paths: new Set(), more: false };
    this.#waiting.set(workspaceId, waiting);
    return waiting;
  }

  /** At once after a pause, so that an edit is told of without delay. */
  #soon(workspaceId: string): void {
    const waiting = this.#of(workspaceId);
    if (waiting.timer !== undefined) return;
    queueMicrotask(() => this.#tell(workspaceId, waiting));
    waiting.timer = setTimeout(() => {
      waiting.timer = undefined;
      if (waiting.state || waiting.more || waiting.paths.size > 0) this.#soon(workspaceId);
      else this.#waiting.delete(workspaceId);
    }, EVERY_MS).unref();
  }

  #tell(workspaceId: string, waiting: Waiting): void {
    const topic = `retrieval:${workspaceId}`;
    const { events } = this.#options;
    const state = waiting.state ? this.#options.state(workspaceId) : undefined;
    const change = { workspace_id: workspaceId, paths: [...waiting.paths], more: waiting.more };
    waiting.state = false;
    waiting.more = false;
    waiting.paths.clear();
    if (state !== undefined) events.emit(topic, 'retrieval.index', state);
    if (change.more || change.paths.length > 0) events.emit(topic, 'retrieval.files', change);
  }
}
