import { createHighlighterCore, type GrammarState, type HighlighterCore } from 'shiki/core';
import { createJavaScriptRegexEngine } from 'shiki/engine/javascript';
import { GRAMMARS } from './grammars.ts';
import { THEME, tokenClass } from './highlight-theme.ts';

export interface HighlightRequest {
  id: number;
  grammar: string;
  groups: readonly string[];
}

/** The tokens of one group: [length, class, length, class, ...] per line. */
export interface HighlightedGroup {
  id: number;
  group: number;
  lines: number[][];
}

let highlighter: Promise<HighlighterCore> | undefined;

// A module of its own thread: a grammar may take 100 ms to compile, and no frame may wait for that.
self.addEventListener('message', (event: MessageEvent<HighlightRequest>) => void highlight(event.data));

async function highlight({ id, grammar, groups }: HighlightRequest): Promise<void> {
  const core = await (highlighter ??= createHighlighterCore({
    themes: [THEME],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  }));
  const load = GRAMMARS[grammar];
  if (load === undefined) return;
  if (!core.getLoadedLanguages().includes(grammar)) await core.loadLanguage(load);
  let state: GrammarState | undefined;
  for (const [group, code] of groups.entries()) {
    const options = {
      lang: grammar,
      theme: THEME.name ?? '',
      tokenizeMaxLineLength: 2000,
      tokenizeTimeLimit: 5000,
    };
    const tokens = core.codeToTokensBase(
      code,
      state === undefined ? options : { ...options, grammarState: state },
    );
    state = core.getLastGrammarState(tokens) ?? undefined;
    const lines = tokens.map((line) =>
      merged(line.map((token) => [token.content.length, tokenClass(token.color)])),
    );
    self.postMessage({ id, group, lines } satisfies HighlightedGroup, { transfer: [] });
  }
}

/** Neighbours of one class become one token: fewer elements on the page. */
function merged(tokens: readonly (readonly number[])[]): number[] {
  const line: number[] = [];
  for (const [length = 0, kind = 0] of tokens) {
    const last = line.length - 1;
    if (last > 0 && line[last] === kind) line[last - 1] = (line[last - 1] ?? 0) + length;
    else line.push(length, kind);
  }
  return line;
}
