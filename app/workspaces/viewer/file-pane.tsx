'use client';

import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, FileX2, ListTree, MessageSquarePlus, Search, TextCursorInput, X } from 'lucide-react';
import Link from 'next/link';
import { type KeyboardEvent, lazy, Suspense, useRef, useState } from 'react';
import { questionAddress } from '#app/_client/folder-entry.ts';
import { fetchPart } from '#app/_client/part.ts';
import { EmptyState } from '#app/_ui/empty-state.tsx';
import { ErrorNote } from '#app/_ui/error-note.tsx';
import { formatBytes, formatCount } from '#app/_ui/format.ts';
import { IconButton } from '#app/_ui/icon-button.tsx';
import { Popover } from '#app/_ui/popover.tsx';
import type { FileContent } from '#server/features/workspaces/contract.ts';
import { fileEntry } from '../ask.ts';
import { languageName } from '../language-name.ts';
import { ReferencesPane } from '../references/references-pane.tsx';
import { useDefinition } from '../references/use-definition.ts';
import { showFile } from '../place.ts';
import { FilePath } from '../file-path.tsx';
import { showName } from '../show-name.ts';
import { keys } from '../use-workspaces.ts';
import { workspacesApi } from '../workspaces-api.ts';
import type { EditorHandle } from './code-editor.tsx';
import type { NamePlace } from './names.ts';
import { Outline } from './outline.tsx';

const CodeEditor = lazy(() =>
  fetchPart(() => import('./code-editor.tsx')).then((module) => ({ default: module.CodeEditor })),
);

interface FilePaneProps {
  id: string;
  path: string;
  line: number | null;
  endLine: number | null;
}

/** One file: what it is, its text with the lines of the address marked, and the ways through it. */
export function FilePane({ id, path, line, endLine }: FilePaneProps) {
  const editor = useRef<EditorHandle>(null);
  const { data: file, error } = useQuery({
    queryKey: keys.file(id, path),
    queryFn: () => workspacesApi.file(id, path),
    staleTime: 5000,
    refetchOnWindowFocus: true,
  });
  const [looked, setLooked] = useState<NamePlace | null>(null);
  const goToDefinition = useDefinition(id, path, setLooked);
  const text = file?.text ?? null;
  const isText = text !== null;
  const choose = (pressed: number, extend: boolean) => {
    const from = extend && line !== null ? Math.min(line, pressed) : pressed;
    const to = extend && line !== null ? Math.max(line, pressed) : pressed;
    setLooked(null);
    showFile({ path, line: from, endLine: to }, 'replace');
  };
  const press = (event: KeyboardEvent) => {
    const find = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key === 'f';
    const go = event.ctrlKey && !event.shiftKey && !event.altKey && event.key === 'g';
    if (event.defaultPrevented || (!find && !go)) return;
    event.preventDefault();
    if (find) editor.current?.find();
    else editor.current?.goToLine();
  };
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- the keys of the editor, from beside it
    <section aria-label="File" onKeyDown={press} className="flex min-h-0 min-w-0 flex-1 flex-col">
      <FileHeader id={id} path={path} line={line} endLine={endLine} file={file}>
        {!isText ? null : (
          <>
            <IconButton
              icon={Search}
              label="Find in this file (Ctrl F)"
              onClick={() => editor.current?.find()}
            />
            <IconButton
              icon={TextCursorInput}
              label="Go to a line (Ctrl G)"
              onClick={() => editor.current?.goToLine()}
            />
          </>
        )}
      </FileHeader>
      <div className="min-h-0 flex-1">
        {error !== null && (
          <div className="p-4">
            <ErrorNote error={error} title={`${showName(path)} is not shown.`} />
          </div>
        )}
        {error === null && file !== undefined && !isText && (
          <EmptyState icon={FileX2} title="This file is not shown as text">
            {file.reason} ({formatBytes(file.bytes)})
          </EmptyState>
        )}
        {error === null && isText && (
          <Suspense fallback={<Plain text={text} />}>
            <CodeEditor
              key={`${file?.language} ${path}`}
              text={text}
              label={`Text of ${showName(path)}`}
              language={file?.language ?? null}
              marked={line === null ? null : { from: line, to: endLine ?? line }}
              onLine={choose}
              onName={{ onDefinition: goToDefinition, onReferences: setLooked }}
              handle={editor}
            />
          </Suspense>
        )}
      </div>
      {isText && <ReferencesPane id={id} path={path} line={line} endLine={endLine} looked={looked} />}
    </section>
  );
}

interface FileHeaderProps extends FilePaneProps {
  file: FileContent | undefined;
  children: React.ReactNode;
}

function FileHeader({ id, path, line, endLine, file, children }: FileHeaderProps) {
  return (
    <header className="@container flex h-[49px] shrink-0 items-center gap-2 border-b border-line px-3 md:px-4">
      <IconButton
        icon={ArrowLeft}
        label="Back to the files"
        onClick={() => showFile(null)}
        className="-ml-1 md:hidden"
      />
      <div className="flex min-w-0 flex-1 items-baseline gap-2.5">
        <h2
          dir="auto"
          aria-label={showName(path)}
          title={showName(path)}
          className="figures flex min-w-0 text-small"
        >
          <FilePath path={path} />
        </h2>
        <p className="hidden shrink-0 text-tiny text-ink-3 @xl:block">{facts(file)}</p>
      </div>
      {children}
      <Popover
        title="Symbols of this file"
        className="w-[min(360px,calc(100vw-16px))]"
        trigger={<IconButton icon={ListTree} label="Symbols of this file" />}
      >
        <Outline id={id} path={path} />
      </Popover>
      <Link
        href={questionAddress(id, fileEntry({ path, line, endLine }))}
        prefetch={false}
        className="reach inline-flex h-8 shrink-0 items-center gap-2 rounded-control border border-line bg-surface px-3 text-small font-medium transition-colors hover:border-line-strong"
      >
        <MessageSquarePlus size={16} aria-hidden="true" className="-ml-0.5" />
        <span className="@max-lg:sr-only">Ask about this</span>
      </Link>
      <IconButton
        icon={X}
        label="Close the file"
        onClick={() => showFile(null)}
        className="-mr-1.5 max-md:hidden"
      />
    </header>
  );
}

function facts(file: FileContent | undefined): string {
  if (file === undefined) return '';
  const language = file.language === null ? null : languageName(file.language);
  const lines = file.text === null ? formatBytes(file.bytes) : `${formatCount(file.lines)} lines`;
  const encoding = file.encoding === null || file.encoding === 'utf-8' ? null : file.encoding;
  return [language, lines, encoding].filter((fact) => fact !== null).join(' · ');
}

/** The first lines while the editor is fetched, so that nothing jumps. */
function Plain({ text }: { text: string }) {
  return (
    <pre className="h-full overflow-hidden py-2.5 pl-[62px] text-small leading-[20px]">
      {text.slice(0, 4000)}
    </pre>
  );
}
