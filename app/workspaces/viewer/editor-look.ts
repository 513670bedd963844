import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const colors = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.modifier, tags.self, tags.null, tags.bool, tags.tagName, tags.heading],
    color: 'var(--syn-key)',
  },
  { tag: [tags.string, tags.regexp, tags.special(tags.string), tags.inserted], color: 'var(--syn-str)' },
  { tag: [tags.number, tags.escape, tags.atom, tags.unit, tags.deleted], color: 'var(--syn-num)' },
  {
    tag: [
      ...[tags.function(tags.variableName), tags.function(tags.propertyName), tags.definition(tags.typeName)],
      ...[tags.typeName, tags.className, tags.attributeName, tags.link, tags.macroName],
    ],
    color: 'var(--syn-fn)',
  },
  { tag: [tags.comment, tags.meta], color: 'var(--syn-com)' },
  { tag: [tags.definition(tags.variableName)], color: 'inherit' },
]);

const field = {
  border: '1px solid var(--line)',
  borderRadius: '6px',
  background: 'var(--surface)',
  color: 'var(--ink)',
  font: 'inherit',
  padding: '4px 8px',
  margin: '0 4px 0 0',
};

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--bg)', color: 'var(--ink)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '&.cm-focused .cm-scroller': { boxShadow: 'inset 0 0 0 2px var(--accent)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px', overflow: 'auto' },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent)' },
  '.cm-line': { padding: '0 16px 0 10px' },
  '.cm-gutters': { backgroundColor: 'var(--bg)', color: 'var(--ink-3)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 6px 0 14px', cursor: 'pointer', minWidth: '44px' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--ink)' },
  '.cm-marked': { backgroundColor: 'var(--accent-soft)', boxShadow: 'inset 2px 0 var(--accent)' },
  '.cm-marked-number': { backgroundColor: 'var(--accent-soft)', color: 'var(--ink-2)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in oklch, var(--accent) 24%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in oklch, var(--accent) 14%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in oklch, var(--c5) 30%, transparent)' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in oklch, var(--c5) 60%, transparent)' },
  '.syn-key': { color: 'var(--syn-key)' },
  '.syn-str': { color: 'var(--syn-str)' },
  '.syn-num': { color: 'var(--syn-num)' },
  '.syn-fn': { color: 'var(--syn-fn)' },
  '.syn-com': { color: 'var(--syn-com)' },
  '.cm-specialChar': { color: 'var(--bad)' },
  '.cm-foldPlaceholder': {
    background: 'var(--hover)',
    border: 'none',
    color: 'var(--ink-2)',
    padding: '0 6px',
  },
  '.cm-panels': {
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    fontFamily: 'var(--sans)',
    fontSize: '13px',
  },
  '.cm-panels.cm-panels-top': { borderBottom: '1px solid var(--line)' },
  '.cm-panel.cm-search, .cm-panel.cm-dialog': { padding: '8px 40px 8px 12px', fontSize: '13px' },
  '.cm-panel.cm-search label, .cm-panel label': { fontSize: '13px', marginRight: '10px' },
  '.cm-textfield': field,
  '.cm-textfield:focus': { outline: '2px solid var(--accent)' },
  '.cm-button': { ...field, backgroundImage: 'none', cursor: 'pointer', minHeight: '28px' },
  '.cm-panel input[type=checkbox]': { accentColor: 'var(--accent)', verticalAlign: '-2px' },
  '.cm-panel button[name=close], .cm-dialog-close': {
    color: 'var(--ink-2)',
    fontSize: '18px',
    width: '28px',
    height: '28px',
  },
});

/** The editor in the colours of the look, light and dark alike: they are variables. */
export const editorLook = [look, syntaxHighlighting(colors)];
