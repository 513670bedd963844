import { type FeatureContext, defineFeature } from '#server/feature.ts';
import { createRoutes } from '#server/kernel/http.ts';
import type { LogEntry } from '#server/kernel/log-ring.ts';
import { type LogsEvents, logsRoutes } from './contract.ts';

export type LogsApi = ReturnType<typeof createLogsRoutes>;

const LEVELS = ['debug', 'info', 'warn', 'error'];
const FLUSH_MS = 250;

export const logsFeature = defineFeature<LogsEvents>('logs', (context) => {
  let stop: () => void = () => undefined;
  return {
    routes: createLogsRoutes(context),
    topics: [/^logs$/],
    start: () => {
      stop = announceLines(context);
    },
    stop: () => stop(),
  };
});

function createLogsRoutes({ log }: FeatureContext<LogsEvents>) {
  return createRoutes().openapi(logsRoutes.list, (c) => {
    const { after, limit, level, search } = c.req.valid('query');
    const all = log.ring.entries(after);
    const wanted = search.toLowerCase();
    const lines = all.filter((entry) => isAtLeast(entry, level) && holds(entry, wanted));
    return c.json({ lines: lines.slice(-limit), last_seq: all.at(-1)?.seq ?? after }, 200);
  });
}

function isAtLeast(entry: LogEntry, level: string): boolean {
  return LEVELS.indexOf(entry.level) >= LEVELS.indexOf(level);
}

function holds(entry: LogEntry, wanted: string): boolean {
  if (wanted === '') return true;
  return [entry.message, entry.fields, entry.room ?? ''].some((text) => text.toLowerCase().includes(wanted));
}

/** Sends new lines in bunches while somebody watches. */
function announceLines({ log, events }: FeatureContext<LogsEvents>): () => void {
  let waiting: LogEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = () => {
    timer = undefined;
    events.emit('logs', 'logs.added', waiting);
    waiting = [];
  };
  const forget = log.ring.onAdded((entry) => {
    if (events.listeners('logs') === 0) return;
    waiting.push(entry);
    timer ??= setTimeout(flush, FLUSH_MS).unref();
  });
  return () => {
    forget();
    clearTimeout(timer);
  };
}
