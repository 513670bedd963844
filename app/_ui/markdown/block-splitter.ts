import { type Block, type CodeBlock, GROUP_LINES, SECTION_BLOCKS, type Sections } from './block.ts';
import {
  endsFence,
  fenceStart,
  indentOf,
  interruptsParagraph,
  isBlank,
  isHeading,
  isQuote,
  isTableDelimiter,
  listMarker,
  mathEnd,
} from './line.ts';

/** Characters after which a block is cut at the next good place, so that parsing one stays within a frame. */
const LONG_BLOCK = 3000;
/** Characters after which a block is cut at any line, or inside a line without end. */
const HUGE_BLOCK = 4000;

const DEFINITION = /^ {0,3}\[[^\]^]+\]:[ \t]*\S+/;
const REFERENCE = /\[[^\]\n]+\](?![(:])/;

type Container = 'paragraph' | 'list' | 'quote' | 'table';

/**
 * Splits a growing Markdown text into blocks, reading each character once: what a piece costs does not depend on
 * how much came before it. Boundaries are CommonMark's (blank lines, fences, headings), seen line by line.
 */
export class BlockSplitter {
  #text = '';
  readonly #sections: Block[][] = [[]];
  #count = 0;
  #partial = '';
  /** The block being read. */
  #lines: string[] = [];
  #characters = 0;
  #blank = false;
  #joined = false;
  #container: Container = 'paragraph';
  #marker: string | null = null;
  #tableHead: string[] = [];
  /** Ends the formula or the fence inside a list item that is being read. */
  #until: ((line: string) => boolean) | null = null;
  #code:
    | (Omit<CodeBlock, 'kind' | 'open' | 'groups'> & {
        groups: string[];
        lines: string[];
        fence: string;
        indent: number;
      })
    | null = null;

  #definitions = '';
  #seen: Sections | null = null;

  /** The link definitions seen so far; blocks with `refers` are parsed together with them. */
  get definitions(): string {
    return DEFINITION.test(this.#partial) ? `${this.#definitions}\n${this.#partial}` : this.#definitions;
  }

  /** Whether `text` begins with what was read, so that only the rest has to be. */
  continues(text: string): boolean {
    return text.startsWith(this.#text);
  }

  /** Takes in the whole text so far, which must continue what was read. Finished sections keep their identity. */
  advance(text: string): Sections {
    if (text === this.#text && this.#seen !== null) return this.#seen;
    const added = text.slice(this.#text.length).replaceAll('\r', '');
    this.#text = text;
    const lines = (this.#partial + added).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#read(this.#cutEndlessLine(line));
    this.#partial = this.#cutEndlessLine(rest);
    if (this.#blank && this.#startsAnew(this.#partial)) this.#flush(false);
    this.#seen = this.#view();
    return this.#seen;
  }

  #read(line: string): void {
    if (this.#code !== null) return this.#readCode(line);
    if (this.#until !== null) return this.#readUntil(this.#until, line);
    if (isBlank(line)) {
      this.#blank = this.#lines.length > 0;
      if (this.#blank) this.#lines.push('');
      return;
    }
    if (this.#blank && !this.#goesOn(line)) this.#flush(false);
    this.#blank = false;
    if (this.#startsFence(line) || this.#startsMath(line)) return;
    if (isHeading(line)) {
      this.#flush(false);
      this.#push(line);
      return this.#flush(false);
    }
    if (DEFINITION.test(line)) this.#definitions += `\n${line}`;
    this.#cut(line);
    this.#enter(line);
    this.#push(line);
  }

  #readCode(line: string): void {
    const code = this.#code;
    if (code === null) return;
    if (indentOf(line) <= 3 && endsFence(line, code.fence)) {
      this.#code = null;
      this.#emit({
        kind: 'code',
        key: code.key,
        language: code.language,
        meta: code.meta,
        groups: groupsOf(code),
        open: false,
      });
      return;
    }
    code.lines.push(dedent(line, code.indent));
    if (code.lines.length < GROUP_LINES) return;
    code.groups.push(code.lines.join('\n'));
    code.lines = [];
  }

  #readUntil(ends: (line: string) => boolean, line: string): void {
    this.#push(line);
    if (!ends(line)) return;
    this.#until = null;
    if (this.#container !== 'list') this.#flush(false);
  }

  #startsFence(line: string): boolean {
    const start = fenceStart(line);
    if (start === null) return false;
    const nested = this.#container === 'list' && this.#lines.length > 0 && start.indent >= 2;
    if (nested) {
      this.#push(line);
      this.#until = (next) => endsFence(next, start.marker);
      return true;
    }
    if (start.indent > 3) return false;
    this.#flush(false);
    const { language, meta, indent } = start;
    this.#code = { key: this.#count, language, meta, indent, fence: start.marker, groups: [], lines: [] };
    return true;
  }

  #startsMath(line: string): boolean {
    const end = mathEnd(line);
    if (end === null) return false;
    if (this.#container !== 'list') this.#flush(false);
    this.#push(line);
    this.#until = (next) => next.includes(end);
    return true;
  }

  /** After a blank line: whether the list that is being read has another item or paragraph. */
  #goesOn(line: string): boolean {
    if (this.#container !== 'list') return false;
    const marker = listMarker(line);
    return marker === null ? indentOf(line) >= 2 : marker === this.#marker;
  }

  #enter(line: string): void {
    const marker = listMarker(line);
    const inParagraph = this.#container === 'paragraph' && this.#lines.length > 0;
    if (inParagraph && interruptsParagraph(line)) this.#flush(false);
    if (this.#lines.length === 0) {
      this.#container = marker !== null ? 'list' : isQuote(line) ? 'quote' : 'paragraph';
      this.#marker = marker;
      return;
    }
    const head = this.#lines.at(-1) ?? '';
    if (this.#container !== 'paragraph' || !head.includes('|') || !isTableDelimiter(line)) return;
    this.#container = 'table';
    this.#tableHead = [head, line];
  }

  /** Cuts a block that has grown long where the cut shows least. */
  #cut(line: string): void {
    if (this.#characters < LONG_BLOCK) return;
    if (this.#container === 'table' && line.includes('|')) {
      const head = this.#tableHead;
      this.#flush(true);
      this.#container = 'table';
      this.#tableHead = head;
      for (const row of head) this.#push(row);
      return;
    }
    const atItem = this.#container === 'list' && listMarker(line) === this.#marker && indentOf(line) === 0;
    if (atItem || this.#container === 'paragraph' || this.#characters > HUGE_BLOCK) this.#flush(true);
  }

  /** What is left of a line without end after all but its last part became blocks. */
  #cutEndlessLine(line: string): string {
    let rest = line;
    while (rest.length > HUGE_BLOCK && this.#until === null && this.#code === null) {
      const space = rest.lastIndexOf(' ', HUGE_BLOCK);
      const at = space > 0 ? space : HUGE_BLOCK;
      this.#push(rest.slice(0, at));
      this.#flush(true);
      rest = rest.slice(at);
    }
    return rest;
  }

  /** Whether a line, of which only this much is known, can no longer belong to the block above the blank line. */
  #startsAnew(line: string): boolean {
    return !isBlank(line) && (this.#container !== 'list' || /^[^\s\d*+-]/.test(line));
  }

  #push(line: string): void {
    this.#lines.push(line);
    this.#characters += line.length + 1;
  }

  /** Ends the block being read; `goesOn`: the next one is the rest of it. */
  #flush(goesOn: boolean): void {
    const text = this.#lines.join('\n').trimEnd();
    if (text !== '') this.#emit(this.#markdown(text, false));
    this.#lines = [];
    this.#characters = 0;
    this.#blank = false;
    this.#joined = goesOn && text !== '';
    this.#container = 'paragraph';
    this.#marker = null;
  }

  #emit(block: Block): void {
    this.#count += 1;
    const last = this.#sections.at(-1);
    if (last === undefined || last.length >= SECTION_BLOCKS) this.#sections.push([block]);
    else this.#sections[this.#sections.length - 1] = [...last, block];
  }

  #view(): Sections {
    const open = this.#openBlock();
    if (open === null) return [...this.#sections];
    const last = this.#sections.at(-1) ?? [];
    if (last.length >= SECTION_BLOCKS) return [...this.#sections, [open]];
    return [...this.#sections.slice(0, -1), [...last, open]];
  }

  #openBlock(): Block | null {
    const code = this.#code;
    if (code !== null) {
      // What may become the closing fence is not shown as code.
      const shown = code.fence.startsWith(this.#partial.trim()) ? [] : [dedent(this.#partial, code.indent)];
      const half = { ...code, lines: [...code.lines, ...shown] };
      return {
        kind: 'code',
        key: code.key,
        language: code.language,
        meta: code.meta,
        groups: groupsOf(half),
        open: true,
      };
    }
    const text = [...this.#lines, this.#partial].join('\n').trimEnd();
    if (text === '') return null;
    return this.#markdown(text, true);
  }

  #markdown(text: string, open: boolean): Block {
    return {
      kind: 'markdown',
      key: this.#count,
      text,
      joined: this.#joined,
      refers: REFERENCE.test(text),
      open,
    };
  }
}

function groupsOf(code: { groups: string[]; lines: string[] }): string[] {
  return code.lines.length === 0 ? [...code.groups] : [...code.groups, code.lines.join('\n')];
}

function dedent(line: string, indent: number): string {
  return line.slice(Math.min(indent, indentOf(line)));
}
