'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { ContextMention } from '#server/features/retrieval/context/contract.ts';
import { newConversation } from '../open-id.ts';
import { useModels } from '../use-models.ts';
import { evidenceApi } from './evidence-api.ts';
import { type TypedMark, typedMark } from './typed-mark.ts';

/** One line of the menu that opens while a mark is typed. */
export interface MarkEntry {
  id: string;
  label: string;
  /** In grey behind it. */
  hint: string;
  kind: 'file' | 'folder' | 'symbol' | 'model' | 'command';
  run: () => void;
}

interface MarkMenuOptions {
  workspaceId: string | null;
  onMention: (mention: ContextMention) => void;
  onModel: (id: string) => void;
}

const SHOWN = 12;

/** What can be chosen for the mark at the caret: files, folders and symbols for `#`, models for `@`, commands for `/`. */
export function useMarkMenu({ workspaceId, onMention, onModel }: MarkMenuOptions) {
  const [typed, setTyped] = useState<TypedMark | null>(null);
  const [chosen, setChosen] = useState(0);
  const [closedAt, setClosedAt] = useState<number | null>(null);
  const open = typed !== null && typed.from !== closedAt;
  const found = useFound(workspaceId, open && typed.mark === '#' ? typed.query : null);
  const models = useModelEntries(open && typed.mark === '@' ? typed.query : null, onModel);
  const commands = useCommands(open && typed.mark === '/' ? typed.query : null);
  const mentions = found.data?.map(
    ({ mention, ...entry }): MarkEntry => ({ ...entry, kind: mention.kind, run: () => onMention(mention) }),
  );
  const byMark = { '#': mentions ?? [], '@': models, '/': commands };
  const entries = open ? byMark[typed.mark] : [];
  return {
    typed: open ? typed : null,
    entries,
    chosen: Math.min(chosen, Math.max(0, entries.length - 1)),
    searching: open && typed.mark === '#' && found.isFetching,
    follow(text: string, caret: number) {
      const next = typedMark(text, caret);
      if (next?.from !== typed?.from) setClosedAt(null);
      if (next?.query !== typed?.query) setChosen(0);
      setTyped(next);
    },
    move: (step: 1 | -1) =>
      setChosen(
        (at) => (Math.min(at, entries.length - 1) + step + entries.length) % Math.max(1, entries.length),
      ),
    close: () => setClosedAt(typed?.from ?? null),
    end: () => setTyped(null),
  };
}

interface FoundMention {
  id: string;
  label: string;
  hint: string;
  mention: ContextMention;
}

function useFound(workspaceId: string | null, query: string | null) {
  return useQuery({
    queryKey: ['mentions', workspaceId, query],
    queryFn: () => find(workspaceId ?? '', query ?? ''),
    enabled: workspaceId !== null && query !== null,
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    gcTime: 10_000,
    retry: false,
  });
}

async function find(workspaceId: string, query: string): Promise<FoundMention[]> {
  const [files, symbols] = await Promise.all([
    evidenceApi.files(workspaceId, query),
    query === '' ? [] : evidenceApi.symbols(workspaceId, query),
  ]);
  const folders = foldersOf(files, query);
  const entries: FoundMention[] = [
    ...folders.map((path) => ({
      ...{ id: `folder ${path}`, label: `${path}/`, hint: 'folder' },
      mention: { kind: 'folder' as const, path },
    })),
    ...files.map((path) => ({
      ...{ id: `file ${path}`, label: path.slice(path.lastIndexOf('/') + 1), hint: path },
      mention: { kind: 'file' as const, path },
    })),
    ...symbols.map(({ name, kind, path, line }) => ({
      ...{ id: `symbol ${path} ${name} ${line}`, label: name, hint: `${kind} · ${path}:${line}` },
      mention: { kind: 'symbol' as const, path, name, line },
    })),
  ];
  // A name that is typed whole comes before files that merely resemble it.
  const exact = (entry: FoundMention) => (entry.label.toLowerCase() === query.toLowerCase() ? 0 : 1);
  return entries.toSorted((a, b) => exact(a) - exact(b)).slice(0, SHOWN);
}

/** Folders of the files found whose own name has the query. */
function foldersOf(files: readonly string[], query: string): string[] {
  const wanted = query.toLowerCase().replace(/\/$/, '');
  if (wanted === '') return [];
  const folders = new Set<string>();
  for (const path of files) {
    for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
      const folder = path.slice(0, at);
      if (folder.toLowerCase().endsWith(wanted)) folders.add(folder);
    }
  }
  return [...folders].slice(0, 3);
}

function useModelEntries(query: string | null, onModel: (id: string) => void): MarkEntry[] {
  const { models = [] } = useModels();
  if (query === null) return [];
  return models
    .filter(({ usable, name }) => usable && name.toLowerCase().includes(query.toLowerCase()))
    .slice(0, SHOWN)
    .map(({ id, name }) => ({ id, label: name, hint: 'model', kind: 'model', run: () => onModel(id) }));
}

function useCommands(query: string | null): MarkEntry[] {
  const router = useRouter();
  if (query === null) return [];
  const commands = [
    { id: 'new', hint: 'begin a new conversation', run: () => newConversation(router) },
    { id: 'open', hint: 'open a folder', run: () => router.push('/workspaces') },
    { id: 'models', hint: 'download or load a model', run: () => router.push('/models') },
    { id: 'compare', hint: 'ask several models at once', run: () => router.push('/compare') },
  ];
  return commands
    .filter(({ id }) => id.startsWith(query.toLowerCase()))
    .map(({ id, hint, run }) => ({ id, label: `/${id}`, hint, kind: 'command', run }));
}
