import { type Extension, RangeSetBuilder, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { highlight } from '#app/_ui/markdown/highlight.ts';
import { TOKEN_CLASSES } from '#app/_ui/markdown/token-classes.ts';

/** Longer texts stay without colours: their tokens would take longer than reading them. Characters. */
const LONGEST = 300_000;

const setColors = StateEffect.define<DecorationSet>();
const marks = TOKEN_CLASSES.map((name) => Decoration.mark({ class: name }));

const colors = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (value, transaction) => {
    const set = transaction.effects.find((effect) => effect.is(setColors));
    return set?.is(setColors) ? set.value : value.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Colours by the grammars that Markdown's code blocks use, for languages the editor has none of its own for. */
export function tokenColors(grammar: string): Extension {
  const plugin = ViewPlugin.define((view) => {
    let stop = color(view, grammar);
    return {
      update(update: ViewUpdate) {
        if (!update.docChanged) return;
        stop();
        stop = color(update.view, grammar);
      },
      destroy: () => stop(),
    };
  });
  return [colors, plugin];
}

function color(view: EditorView, grammar: string): () => void {
  const text = view.state.doc;
  if (text.length > LONGEST) return () => undefined;
  return highlight(grammar, [text.toString()], (_group, lines) => {
    if (view.state.doc === text) view.dispatch({ effects: setColors.of(decorate(text, lines)) });
  });
}

/** Tokens come as pairs of length and class, a row for each line. */
function decorate(text: Text, lines: number[][]): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  for (const [index, row] of lines.entries()) {
    if (index >= text.lines) break;
    let { from: at, to: end } = text.line(index + 1);
    for (let token = 0; token + 1 < row.length && at < end; token += 2) {
      const next = Math.min(end, at + (row[token] ?? 0));
      const kind = row[token + 1] ?? 0;
      const mark = marks[kind];
      if (kind > 0 && mark !== undefined && next > at) builder.add(at, next, mark);
      at = next;
    }
  }
  return builder.finish();
}
