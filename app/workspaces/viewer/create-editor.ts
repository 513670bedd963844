import { defaultKeymap } from '@codemirror/commands';
import { bracketMatching, foldGutter, foldKeymap } from '@codemirror/language';
import {
  gotoLine,
  highlightSelectionMatches,
  openSearchPanel,
  search,
  searchKeymap,
} from '@codemirror/search';
import { Compartment, EditorState, Prec } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { editorLanguage } from './editor-language.ts';
import { editorLook } from './editor-look.ts';
import { keepMarkedInSight, type LineRange, markedLines, markLines } from './marked-lines.ts';
import { type NameActions, names } from './names.ts';

interface EditorOptions {
  parent: HTMLElement;
  text: string;
  /** Read out as its name. */
  label: string;
  language: string | null;
  /** A line number was pressed, with Shift up to another one. */
  onLine(line: number, extend: boolean): void;
  onName: NameActions;
}

/** A file that is read, not written: highlighted, searchable, with lines that can be pointed at. */
export interface Editor {
  view: EditorView;
  /** What is there now, at the same place. */
  setText(text: string): void;
  mark(range: LineRange | null): void;
  find(): void;
  goToLine(): void;
  destroy(): void;
}

export function createEditor({ parent, text, label, language, onLine, onName }: EditorOptions): Editor {
  const grammar = new Compartment();
  const state = EditorState.create({
    doc: text,
    extensions: [
      EditorState.readOnly.of(true),
      // It can be focused and selected; on a phone no keyboard opens.
      EditorView.contentAttributes.of({
        'aria-label': label,
        'aria-readonly': 'true',
        inputmode: 'none',
        tabindex: '0',
        spellcheck: 'false',
      }),
      lineNumbers({
        domEventHandlers: {
          mousedown(view, block, event) {
            onLine(view.state.doc.lineAt(block.from).number, event instanceof MouseEvent && event.shiftKey);
            return true;
          },
        },
      }),
      foldGutter({ openText: '⌄', closedText: '›' }),
      ...[highlightActiveLineGutter(), highlightSpecialChars(), drawSelection(), bracketMatching()],
      ...[highlightSelectionMatches(), search({ top: true }), markedLines, editorLook, names(onName)],
      Prec.high(keymap.of([{ key: 'Ctrl-g', run: gotoLine, preventDefault: true }])),
      keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
      grammar.of([]),
    ],
  });
  const view = new EditorView({ state, parent });
  const stopKeeping = keepMarkedInSight(view);
  // Without its colours a file is still there to be read.
  void editorLanguage(language).then(
    (extension) => extension && view.dispatch({ effects: grammar.reconfigure(extension) }),
    () => undefined,
  );
  return {
    view,
    setText(next) {
      if (next === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: next },
        effects: view.scrollSnapshot(),
      });
    },
    mark: (range) => markLines(view, range),
    find: () => void openSearchPanel(view),
    goToLine: () => void gotoLine(view),
    destroy() {
      stopKeeping();
      view.destroy();
    },
  };
}
