import { z } from 'zod';
import { neutralise } from './redaction.ts';

/** One line as the logs room shows it. `seq` grows by one; `fields` is JSON text. */
export interface LogEntry {
  seq: number;
  time: number;
  level: 'debug' | 'info' | 'warn' | 'error';
  room: string | null;
  message: string;
  fields: string;
}

/** The last lines in memory. */
export interface LogRing {
  add(line: string): LogEntry;
  /** Oldest first; only those after `after` when given. */
  entries(after?: number): LogEntry[];
  /** Hears each new line until the returned function is called. */
  onAdded(listener: (entry: LogEntry) => void): () => void;
}

const Line = z.looseObject({
  level: z.enum(['debug', 'info', 'warn', 'error']).catch('info'),
  time: z.number().catch(0),
  room: z.string().nullable().catch(null),
  msg: z.string().catch(''),
});

/** Keeps `capacity` entries; the oldest go first. */
export function createLogRing(capacity: number): LogRing {
  const kept: LogEntry[] = [];
  const listeners = new Set<(entry: LogEntry) => void>();
  let seq = 0;
  return {
    add(line) {
      const { level, time, room, msg, ...rest } = Line.parse(JSON.parse(line));
      seq += 1;
      const fields = Object.keys(rest).length === 0 ? '' : neutralise(JSON.stringify(rest));
      const entry: LogEntry = { seq, time, level, room, message: neutralise(msg), fields };
      kept.push(entry);
      // Trimmed in bulk: shifting one entry a line would move the whole array each time.
      if (kept.length > capacity * 1.25) kept.splice(0, kept.length - capacity);
      for (const listener of listeners) listener(entry);
      return entry;
    },
    entries: (after = 0) => kept.filter((entry) => entry.seq > after).slice(-capacity),
    onAdded(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
