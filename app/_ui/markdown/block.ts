/** A piece of Markdown that is parsed by itself. */
export interface MarkdownBlock {
  kind: 'markdown';
  key: number;
  text: string;
  /** Goes on from the block above without a gap: a long list, table or paragraph was cut in two. */
  joined: boolean;
  /** May use a link that is defined elsewhere in the text. */
  refers: boolean;
  /** The last block of a growing text. */
  open: boolean;
}

/** A code fence. `groups` are runs of up to `GROUP_LINES` lines; all but the last never change. */
export interface CodeBlock {
  kind: 'code';
  key: number;
  language: string;
  /** What follows the language on the fence's first line, often a file name. */
  meta: string;
  groups: readonly string[];
  open: boolean;
}

export type Block = MarkdownBlock | CodeBlock;

/** Blocks in runs of `SECTION_BLOCKS`: only the last run and its last block change while text arrives. */
export type Sections = readonly (readonly Block[])[];

export const SECTION_BLOCKS = 24;
export const GROUP_LINES = 40;
