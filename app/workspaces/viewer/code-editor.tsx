'use client';

import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { useFocusWanted } from '../focus-wanted.ts';
import { createEditor, type Editor } from './create-editor.ts';
import type { LineRange } from './marked-lines.ts';
import type { NameActions } from './names.ts';

/** What buttons around the editor ask of it. */
export interface EditorHandle {
  find(): void;
  goToLine(): void;
  focus(): void;
}

interface CodeEditorProps {
  text: string;
  label: string;
  language: string | null;
  marked: LineRange | null;
  onLine: (line: number, extend: boolean) => void;
  onName: NameActions;
  handle: Ref<EditorHandle>;
}

/** The text of one file. Mount another for another file or language. */
export function CodeEditor({ text, label, language, marked, onLine, onName, handle }: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>(null);
  const latest = useRef({ text, label, onLine, onName });
  useEffect(() => {
    latest.current = { text, label, onLine, onName };
  });
  useEffect(() => {
    if (host.current === null) return;
    const { text, label } = latest.current;
    const made = createEditor({
      ...{ parent: host.current, text, label, language },
      onLine: (line, extend) => latest.current.onLine(line, extend),
      onName: {
        onDefinition: (place) => latest.current.onName.onDefinition(place),
        onReferences: (place) => latest.current.onName.onReferences(place),
      },
    });
    editor.current = made;
    return () => {
      editor.current = null;
      made.destroy();
    };
  }, [language]);
  useEffect(() => editor.current?.setText(text), [text]);
  const { from, to } = marked ?? { from: 0, to: 0 };
  useEffect(() => editor.current?.mark(from === 0 ? null : { from, to }), [from, to]);
  const wanted = useFocusWanted((state) => state.text);
  useEffect(() => {
    if (!wanted) return;
    useFocusWanted.setState({ text: false });
    editor.current?.view.focus();
  }, [wanted]);
  useImperativeHandle(
    handle,
    () => ({
      find: () => editor.current?.find(),
      goToLine: () => editor.current?.goToLine(),
      focus: () => editor.current?.view.focus(),
    }),
    [],
  );
  return <div ref={host} className="isolate h-full min-h-0" />;
}
