import { type EditorState, RangeSet, StateEffect, StateField } from '@codemirror/state';
import { Decoration, EditorView, GutterMarker, gutterLineClass } from '@codemirror/view';

/** Lines from 1, both inclusive. */
export interface LineRange {
  from: number;
  to: number;
}

const setMarked = StateEffect.define<LineRange | null>();

const line = Decoration.line({ class: 'cm-marked' });
const number = new (class extends GutterMarker {
  override elementClass = 'cm-marked-number';
})();

const marked = StateField.define<LineRange | null>({
  create: () => null,
  update: (value, transaction) => {
    const set = transaction.effects.find((effect) => effect.is(setMarked));
    return set?.is(setMarked) ? set.value : value;
  },
  provide: (field) => [
    EditorView.decorations.compute([field, 'doc'], (state) =>
      RangeSet.of(startsOf(state, state.field(field)).map((at) => line.range(at))),
    ),
    gutterLineClass.compute([field, 'doc'], (state) =>
      RangeSet.of(startsOf(state, state.field(field)).map((at) => number.range(at))),
    ),
  ],
});

/** Lines that stand out because the address names them. */
export const markedLines = marked;

/** Marks lines and brings them into sight; null marks none. Lines beyond the end of the file mark nothing. */
export function markLines(view: EditorView, range: LineRange | null): void {
  const effects: StateEffect<unknown>[] = [setMarked.of(range)];
  const inside = range !== null && range.from <= view.state.doc.lines;
  if (inside) {
    effects.push(scrollTo(view, range));
    view.dispatch({ effects, selection: { anchor: view.state.doc.line(range.from).from } });
  } else view.dispatch({ effects });
}

function scrollTo({ state }: EditorView, { from, to }: LineRange): StateEffect<unknown> {
  const short = to - from < 12;
  return EditorView.scrollIntoView(
    state.doc.line(from).from,
    short ? { y: 'center' } : { y: 'start', yMargin: 60 },
  );
}

/** Where the text gets lower, marked lines that were in sight stay in sight. Answers with what ends that. */
export function keepMarkedInSight(view: EditorView): () => void {
  let height = view.dom.clientHeight;
  const observer = new ResizeObserver(() => {
    const before = height;
    height = view.dom.clientHeight;
    const range = view.state.field(marked);
    if (height >= before || range === null || range.from > view.state.doc.lines) return;
    const last = Math.min(range.to, view.state.doc.lines);
    const yOf = (line: number) => view.lineBlockAt(view.state.doc.line(line).from);
    const scrolled = view.scrollDOM.scrollTop;
    const top = yOf(range.from).top - scrolled;
    const wasInSight = top >= 0 && top < before;
    if (wasInSight && yOf(last).bottom - scrolled > height) view.dispatch({ effects: scrollTo(view, range) });
  });
  observer.observe(view.dom);
  return () => observer.disconnect();
}

function startsOf(state: EditorState, range: LineRange | null): number[] {
  if (range === null) return [];
  const last = Math.min(range.to, state.doc.lines);
  const starts: number[] = [];
  for (let at = range.from; at <= last; at += 1) starts.push(state.doc.line(at).from);
  return starts;
}
