import { neighbours, pointed } from '../context/neighbours.ts';
import { messagesByWords, messagesShown, messageText } from '../conversations/messages-store.ts';
import { related } from '../graphs/calls/related.ts';
import { symbolGraph } from '../graphs/calls/symbol-graph.ts';
import { deadCode } from '../graphs/dead/dead-code.ts';
import { importGraph } from '../graphs/imports/import-graph.ts';
import { rankSymbols } from '../graphs/map/rank-symbols.ts';
import { indexedPaths } from '../measure/paths-store.ts';
import { duplicates } from './alike/duplicates.ts';
import { chunkHash, likeness } from './alike/likeness.ts';
import { files } from './names/files.ts';
import { languages } from './names/languages.ts';
import { outline } from './names/outline.ts';
import { references } from './names/references.ts';
import { symbols } from './names/symbols.ts';
import { gather } from './ranking/gather.ts';
import { rank } from './ranking/rank.ts';
import { matches } from './text/matches.ts';

/** Every question that an index can be asked, by name. */
export const questions = {
  gather,
  rank,
  matches,
  symbols,
  files,
  languages,
  outline,
  references,
  chunkHash,
  likeness,
  duplicates,
  neighbours,
  pointed,
  related,
  importGraph,
  symbolGraph,
  deadCode,
  rankSymbols,
  indexedPaths,
  messagesByWords,
  messagesShown,
  messageText,
};

export type Questions = typeof questions;

/** Those that read the whole folder or all rows: they have a thread of their own. */
export const SLOW_QUESTIONS: ReadonlySet<keyof Questions> = new Set<keyof Questions>([
  'matches',
  'duplicates',
  'deadCode',
  'rankSymbols',
]);
