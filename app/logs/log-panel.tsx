'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { hc } from 'hono/client';
import { Download } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { API, apiOptions } from '#app/_client/api.ts';
import { useTopic } from '#app/_client/socket.ts';
import { classes } from '#app/_ui/classes.ts';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Select } from '#app/_ui/select.tsx';
import { VirtualList } from '#app/_ui/virtual-list.tsx';
import type { LogLine, LogsApi, LogsEvents } from '#server/features/logs/contract.ts';

const api = hc<LogsApi>(API, apiOptions).logs;
const KEY = ['logs'];
const KEPT = 10_000;
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** The daemon's log as it is written, newest first. */
export function LogPanel() {
  const client = useQueryClient();
  const [level, setLevel] = useState<LogLine['level']>('info');
  const [search, setSearch] = useState('');
  const {
    data: lines = [],
    error,
    isPending,
  } = useQuery({
    queryKey: KEY,
    queryFn: async () => (await (await api.$get({ query: { limit: '5000' } })).json()).lines.reverse(),
  });
  useTopic<LogsEvents>('logs', {
    'logs.added': (added) =>
      client.setQueryData<LogLine[]>(
        KEY,
        (known) => known && [...added.toReversed(), ...known].slice(0, KEPT),
      ),
  });
  const wanted = useDeferredValue(search.toLowerCase());
  const shown = useMemo(() => lines.filter((line) => holds(line, level, wanted)), [lines, level, wanted]);
  return (
    <div className="flex h-full flex-col gap-2 pt-1">
      <div className="flex items-center gap-1.5">
        <Select
          label="Least severe line to show"
          value={level}
          onChange={setLevel}
          options={LEVELS.map((value) => ({ value, label: value }))}
        />
        <input
          type="search"
          aria-label="Search the log"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="h-8 min-w-0 flex-1 rounded-control border border-line bg-surface px-2.5 outline-none placeholder:text-ink-3 focus:border-accent focus:ring-2 focus:ring-accent/20"
        />
        <IconButton icon={Download} label="Save these lines" onClick={() => save(shown)} />
      </div>
      {error !== null && <ErrorNote error={error} title="The log could not be read." />}
      {shown.length === 0 && error === null && (
        <p className="py-6 text-center text-small text-ink-3">
          {isPending ? 'Reading the log…' : 'No line matches.'}
        </p>
      )}
      <VirtualList
        label="Log, newest first"
        items={shown}
        keyOf={(line) => String(line.seq)}
        estimate={() => 44}
        render={(line) => <Line line={line} />}
        className="-mx-3 min-h-0 flex-1 overflow-y-auto px-3"
      />
    </div>
  );
}

function Line({ line }: { line: LogLine }) {
  const color = { debug: 'text-ink-3', info: 'text-ink-2', warn: 'text-warn', error: 'text-bad' }[line.level];
  return (
    <div className="border-b border-line py-1.5 text-tiny">
      <p className="figures flex gap-2 text-ink-3">
        <span>{new Date(line.time).toLocaleTimeString('en-GB')}</span>
        <span className={classes(color)}>{line.level}</span>
        <span className="truncate">{line.room}</span>
      </p>
      <p className="break-words">{line.message}</p>
      {line.fields !== '' && <p className="figures line-clamp-3 break-all text-ink-3">{line.fields}</p>}
    </div>
  );
}

function holds(line: LogLine, level: LogLine['level'], wanted: string): boolean {
  if (LEVELS.indexOf(line.level) < LEVELS.indexOf(level)) return false;
  return wanted === '' || `${line.message} ${line.room ?? ''} ${line.fields}`.toLowerCase().includes(wanted);
}

function save(lines: LogLine[]): void {
  const text = lines
    .toReversed()
    .map((line) => JSON.stringify(line))
    .join('\n');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/x-ndjson' }));
  link.download = 'mlx-code-log.jsonl';
  link.click();
  URL.revokeObjectURL(link.href);
}
