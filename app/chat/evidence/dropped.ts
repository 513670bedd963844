'use client';

import { ENTRY_TYPE, readEntry } from '#app/_client/folder-entry.ts';
import type { ContextMention } from '#server/features/retrieval/context/contract.ts';
import { evidenceApi } from './evidence-api.ts';

/** Bytes of a dropped file whose text goes into the message. */
const MOST_BYTES = 200_000;
const MOST_FILES = 10;

/** What was dropped on the message: pointed at, put into the text, or refused with a sentence. */
export interface Dropped {
  mentions: ContextMention[];
  text: string;
  refused: string[];
}

/** Reads a drop. Entries of another folder than the attached one, and files that are no text, are refused. */
export async function readDrop(drop: DataTransfer, workspaceId: string | null): Promise<Dropped> {
  const dropped: Dropped = { mentions: [], text: '', refused: [] };
  const entry = drop.getData(ENTRY_TYPE);
  const plain = drop.getData('text/plain');
  const files = [...drop.files];
  if (entry !== '') takeEntry(entry, workspaceId, dropped);
  else if (files.length > 0) await takeFiles(files, dropped);
  else if (plain !== '') await takeText(plain, workspaceId, dropped);
  return dropped;
}

function takeEntry(json: string, workspaceId: string | null, dropped: Dropped): void {
  const entry = readEntry(json);
  if (entry === null) return;
  const { workspace, ...mention } = entry;
  if (workspace === workspaceId) dropped.mentions.push(mention);
  else dropped.refused.push('That file is of another folder. Attach its folder first.');
}

/** Files of the disk: a browser does not tell where they lie, so their text goes into the message. */
async function takeFiles(files: readonly File[], dropped: Dropped): Promise<void> {
  if (files.length > MOST_FILES)
    dropped.refused.push(`Only ${MOST_FILES} files at once can be put into a message.`);
  for (const file of files.slice(0, MOST_FILES)) {
    const text = file.size > MOST_BYTES ? undefined : await textOf(file);
    if (text === undefined)
      dropped.refused.push(`${file.name}: only text files of at most 200 kB can be put into a message.`);
    else dropped.text += fenced(file.name, text);
  }
}

async function textOf(file: File): Promise<string | undefined> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
    return text.includes('\0') ? undefined : text;
  } catch {
    // Not UTF-8, or a folder.
    return undefined;
  }
}

/** The path of a file of the attached folder is pointed at; any other text is put into the message. */
async function takeText(text: string, workspaceId: string | null, dropped: Dropped): Promise<void> {
  const path = text.trim().replace(/^\.\//, '');
  const isPath = path.length < 500 && !/\s{2}|\n/.test(path) && /[./]/.test(path);
  const found = isPath && workspaceId !== null ? await evidenceApi.files(workspaceId, path) : [];
  if (found.includes(path)) dropped.mentions.push({ kind: 'file', path });
  else dropped.text += text;
}

/** A fence longer than any run of backticks within. */
function fenced(name: string, text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  const language = /\.(\w{1,8})$/.exec(name)?.[1] ?? '';
  return `${name}\n${fence}${language}\n${text.replace(/\n$/, '')}\n${fence}\n`;
}
