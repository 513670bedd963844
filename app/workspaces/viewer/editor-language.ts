import type { Extension } from '@codemirror/state';
import type { StreamParser } from '@codemirror/language';
import { grammarOf } from '#app/_ui/markdown/languages.ts';

type Grammar = () => Promise<Extension>;

/** A mode of the legacy package, by the name it has in its module. */
async function mode<Module>(
  module: Promise<Module>,
  pick: (module: Module) => StreamParser<unknown>,
): Promise<Extension> {
  const [{ StreamLanguage }, loaded] = await Promise.all([import('@codemirror/language'), module]);
  return StreamLanguage.define(pick(loaded));
}

const clike = () => import('@codemirror/legacy-modes/mode/clike');
const script = (options: { jsx?: boolean; typescript?: boolean }) => async () =>
  (await import('@codemirror/lang-javascript')).javascript(options);
const css = () => import('@codemirror/legacy-modes/mode/css');
const scripts = () => import('@codemirror/legacy-modes/mode/javascript');
const xml = () => import('@codemirror/legacy-modes/mode/xml');

/** Each is fetched with the first file in its language. */
const GRAMMARS: Record<string, Grammar> = {
  typescript: script({ typescript: true }),
  tsx: script({ typescript: true, jsx: true }),
  javascript: script({ jsx: true }),
  python: async () => (await import('@codemirror/lang-python')).python(),
  c: () => mode(clike(), ({ c }) => c),
  cpp: () => mode(clike(), ({ cpp }) => cpp),
  metal: () => mode(clike(), ({ cpp }) => cpp),
  c_sharp: () => mode(clike(), ({ csharp }) => csharp),
  java: () => mode(clike(), ({ java }) => java),
  kotlin: () => mode(clike(), ({ kotlin }) => kotlin),
  scala: () => mode(clike(), ({ scala }) => scala),
  dart: () => mode(clike(), ({ dart }) => dart),
  objc: () => mode(clike(), ({ objectiveC }) => objectiveC),
  solidity: () => mode(scripts(), ({ typescript }) => typescript),
  json: () => mode(scripts(), ({ json }) => json),
  jsonl: () => mode(scripts(), ({ json }) => json),
  notebook: () => mode(scripts(), ({ json }) => json),
  css: () => mode(css(), ({ css }) => css),
  scss: () => mode(css(), ({ sCSS }) => sCSS),
  html: () => mode(xml(), ({ html }) => html),
  vue: () => mode(xml(), ({ html }) => html),
  svelte: () => mode(xml(), ({ html }) => html),
  xml: () => mode(xml(), ({ xml }) => xml),
  go: () => mode(import('@codemirror/legacy-modes/mode/go'), ({ go }) => go),
  rust: () => mode(import('@codemirror/legacy-modes/mode/rust'), ({ rust }) => rust),
  ruby: () => mode(import('@codemirror/legacy-modes/mode/ruby'), ({ ruby }) => ruby),
  swift: () => mode(import('@codemirror/legacy-modes/mode/swift'), ({ swift }) => swift),
  shell: () => mode(import('@codemirror/legacy-modes/mode/shell'), ({ shell }) => shell),
  sql: () => mode(import('@codemirror/legacy-modes/mode/sql'), ({ standardSQL }) => standardSQL),
  yaml: () => mode(import('@codemirror/legacy-modes/mode/yaml'), ({ yaml }) => yaml),
  toml: () => mode(import('@codemirror/legacy-modes/mode/toml'), ({ toml }) => toml),
  ini: () => mode(import('@codemirror/legacy-modes/mode/properties'), ({ properties }) => properties),
  dockerfile: () => mode(import('@codemirror/legacy-modes/mode/dockerfile'), ({ dockerFile }) => dockerFile),
  cmake: () => mode(import('@codemirror/legacy-modes/mode/cmake'), ({ cmake }) => cmake),
  groovy: () => mode(import('@codemirror/legacy-modes/mode/groovy'), ({ groovy }) => groovy),
  lua: () => mode(import('@codemirror/legacy-modes/mode/lua'), ({ lua }) => lua),
  perl: () => mode(import('@codemirror/legacy-modes/mode/perl'), ({ perl }) => perl),
  r: () => mode(import('@codemirror/legacy-modes/mode/r'), ({ r }) => r),
  julia: () => mode(import('@codemirror/legacy-modes/mode/julia'), ({ julia }) => julia),
  haskell: () => mode(import('@codemirror/legacy-modes/mode/haskell'), ({ haskell }) => haskell),
  erlang: () => mode(import('@codemirror/legacy-modes/mode/erlang'), ({ erlang }) => erlang),
  clojure: () => mode(import('@codemirror/legacy-modes/mode/clojure'), ({ clojure }) => clojure),
  elisp: () => mode(import('@codemirror/legacy-modes/mode/commonlisp'), ({ commonLisp }) => commonLisp),
  ocaml: () => mode(import('@codemirror/legacy-modes/mode/mllike'), ({ oCaml }) => oCaml),
  powershell: () => mode(import('@codemirror/legacy-modes/mode/powershell'), ({ powerShell }) => powerShell),
  protobuf: () => mode(import('@codemirror/legacy-modes/mode/protobuf'), ({ protobuf }) => protobuf),
  diff: () => mode(import('@codemirror/legacy-modes/mode/diff'), ({ diff }) => diff),
};

/** The colours of a language: the editor's own grammar, or one of those for code blocks; undefined where there is neither. */
export async function editorLanguage(language: string | null): Promise<Extension | undefined> {
  if (language === null) return undefined;
  if (Object.hasOwn(GRAMMARS, language)) return GRAMMARS[language]?.();
  const grammar = grammarOf(language);
  return grammar === null ? undefined : (await import('./token-colors.ts')).tokenColors(grammar);
}
