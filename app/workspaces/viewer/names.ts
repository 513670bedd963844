import { syntaxTree } from '@codemirror/language';
import type { EditorState, Extension } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';

/** A name in the text, and the line that it stands in, from 1. */
export interface NamePlace {
  name: string;
  line: number;
}

export interface NameActions {
  /** It was pressed with mod, or F12 with the cursor in it. */
  onDefinition(place: NamePlace): void;
  /** Shift F12 with the cursor in it, or it was pressed alone: a person looks at it. */
  onReferences(place: NamePlace): void;
}

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** Names lead to where they are defined and used. */
export function names({ onDefinition, onReferences }: NameActions): Extension {
  const run = (action: (place: NamePlace) => void) => (view: EditorView) => {
    const place = nameAt(view.state, view.state.selection.main.head);
    if (place !== null) action(place);
    return place !== null;
  };
  return [
    keymap.of([{ key: 'F12', run: run(onDefinition), shift: run(onReferences), preventDefault: true }]),
    EditorView.domEventHandlers({
      click(event, view) {
        if (event.button !== 0 || !view.state.selection.main.empty) return false;
        const at = view.posAtCoords({ x: event.clientX, y: event.clientY });
        const place = at === null ? null : nameAt(view.state, at);
        if (place === null) return false;
        if (event.metaKey || event.ctrlKey) onDefinition(place);
        else onReferences(place);
        return false;
      },
    }),
  ];
}

/** The name at an offset; null in comments, text and where there is none. */
export function nameAt(state: EditorState, at: number): NamePlace | null {
  const kind = syntaxTree(state).resolveInner(at, -1).name;
  if (/comment|string|number|keyword/i.test(kind)) return null;
  const line = state.doc.lineAt(at);
  for (const { 0: name, index } of line.text.matchAll(NAME)) {
    const from = line.from + index;
    // A keyword is a node of its own name.
    if (from <= at && at <= from + name.length) return kind === name ? null : { name, line: line.number };
  }
  return null;
}
