'use client';

import { useQuery } from '@tanstack/react-query';
import { Command } from 'cmdk';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { SearchList } from '#app/_ui/search-list.tsx';
import type { SymbolEntry } from '#server/features/retrieval/search/contract.ts';
import { showFile } from '../place.ts';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';

/** The symbols of a file in their order; a press or Enter goes to the line. */
export function Outline({ id, path }: { id: string; path: string }) {
  const { data, error } = useQuery({
    queryKey: keys.outline(id, path),
    queryFn: () => workspacesApi.outline(id, path),
  });
  if (error !== null) {
    return (
      <div className="p-3">
        <ErrorNote error={error} title="The symbols are not shown." />
      </div>
    );
  }
  if (data === undefined) return <p className="p-3 text-ink-3">Reading the symbols</p>;
  return (
    <SearchList
      label="Symbols of this file"
      placeholder="Name of a symbol"
      empty={data.length === 0 ? 'No symbols are known of this file.' : 'No symbol has this name.'}
      marked={null}
      className="max-h-[60vh]"
    >
      {data.map((symbol) => (
        <OutlineItem key={`${symbol.line} ${symbol.name}`} symbol={symbol} path={path} />
      ))}
    </SearchList>
  );
}

function OutlineItem({ symbol, path }: { symbol: SymbolEntry; path: string }) {
  const { name, kind, container, line, end_line } = symbol;
  return (
    <Command.Item
      value={`${name} ${container ?? ''} ${line}`}
      onSelect={() => showFile({ path, line, endLine: end_line }, 'replace')}
      className="flex min-h-8 cursor-pointer items-center gap-2 rounded-control px-2 text-small data-[selected=true]:bg-hover"
    >
      <span className={`figures min-w-0 truncate ${container === null ? '' : 'pl-3'}`}>{name}</span>
      <span className="truncate text-tiny text-ink-3">{kind}</span>
      <span className="figures ml-auto text-tiny text-ink-3">{line}</span>
    </Command.Item>
  );
}
