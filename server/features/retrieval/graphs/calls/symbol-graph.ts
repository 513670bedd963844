import { AppError } from '#server/kernel/errors.ts';
import { type FoundSymbol, symbolsNamed, withoutIds } from '../../search/names/symbol-store.ts';
import type { ReadingPlace } from '../../search/question.ts';
import type { SymbolGraph, SymbolGraphQuestion, SymbolNode } from '../contract.ts';
import { filesById, prepareCalls, prepareSymbols } from '../graph-store.ts';
import { type Binder, createBinder } from './binder.ts';

const MOST_OTHERS = 20;
const MOST_DEFINITIONS = 100;
/** Uses of one name that are looked at. */
const MOST_CALLS = 2000;

/**
 * Who calls a symbol and whom it calls, some steps far. Calls that are only the same name are drawn and not followed.
 * Errors: not_found when nothing of that name is defined.
 */
export function symbolGraph({ index }: ReadingPlace, question: SymbolGraphQuestion): SymbolGraph {
  const { name, depth, direction, limit } = question;
  const all = symbolsNamed(index, name, MOST_DEFINITIONS);
  const center = centerOf(all, question);
  if (center === undefined) throw new AppError('not_found', `Nothing named ${name} is defined in the index.`);
  const walk = new Walk(index, { ...withoutIds(center), id: idOf(center), distance: 0 }, limit);
  if (direction !== 'callers') walk.follow(center, { depth, way: 1 });
  if (direction !== 'calls') walk.follow(center, { depth, way: -1 });
  const others = all.filter((one) => one !== center).slice(0, MOST_OTHERS);
  return {
    center: idOf(center),
    nodes: [...walk.nodes.values()],
    edges: [...walk.edges.values()],
    others: others.map(withoutIds),
    truncated: walk.truncated,
  };
}

/** Of several definitions: the one in the file, at or nearest around the line. */
function centerOf(
  all: readonly FoundSymbol[],
  { path, line }: Pick<SymbolGraphQuestion, 'path' | 'line'>,
): FoundSymbol | undefined {
  const here = path === undefined ? all : all.filter((one) => one.path === path);
  if (line === undefined) return here[0];
  const distance = (one: FoundSymbol) => Math.max(one.line - line, line - one.end_line, 0);
  return here.toSorted((a, b) => distance(a) - distance(b) || b.line - a.line)[0];
}

function idOf({ path, line, name }: Pick<FoundSymbol, 'path' | 'line' | 'name'>): string {
  return `${path}:${line}:${name}`;
}

/** `way`: 1 to what is called, -1 to callers. */
interface Steps {
  depth: number;
  way: 1 | -1;
}

interface Neighbour {
  node: Omit<SymbolNode, 'distance'>;
  /** Undefined for the top of a file, which nobody calls. */
  symbol: FoundSymbol | undefined;
  certain: boolean;
}

class Walk {
  readonly nodes = new Map<string, SymbolNode>();
  readonly edges = new Map<string, SymbolGraph['edges'][number]>();
  truncated = false;
  readonly #limit: number;
  readonly #bind: Binder;
  readonly #calls: ReturnType<typeof prepareCalls>;
  readonly #symbolById: ReturnType<typeof prepareSymbols>;
  readonly #files: ReturnType<typeof filesById>;

  constructor(index: ReadingPlace['index'], center: SymbolNode, limit: number) {
    this.#limit = limit;
    this.#bind = createBinder(index);
    this.#calls = prepareCalls(index);
    this.#symbolById = prepareSymbols(index);
    this.#files = filesById(index);
    this.nodes.set(center.id, center);
  }

  follow(center: FoundSymbol, { depth, way }: Steps): void {
    let reached = [center];
    for (let distance = 1; distance <= depth; distance += 1) {
      const next: FoundSymbol[] = [];
      for (const symbol of reached) {
        for (const { node, symbol: neighbour, certain } of way === 1
          ? this.#called(symbol)
          : this.#callers(symbol)) {
          const isNew = !this.nodes.has(node.id);
          if (isNew && !this.#add({ ...node, distance: distance * way })) continue;
          this.#connect(idOf(symbol), { to: node.id, way, certain });
          if (isNew && certain && neighbour !== undefined) next.push(neighbour);
        }
      }
      reached = next;
    }
  }

  #add(node: SymbolNode): boolean {
    if (this.nodes.size >= this.#limit) {
      this.truncated = true;
      return false;
    }
    this.nodes.set(node.id, node);
    return true;
  }

  /** A call that is met from both of its ends is one: the second time only other calls of the pair count. */
  #connect(
    at: string,
    { to: other, way, certain }: { to: string; way: Steps['way']; certain: boolean },
  ): void {
    const [from, to] = way === 1 ? [at, other] : [other, at];
    const key = `${way} ${from}\n${to}`;
    const mirrored = this.edges.has(`${-way} ${from}\n${to}`);
    const known = this.edges.get(key);
    if (known !== undefined) known.count += 1;
    else if (!mirrored) this.edges.set(key, { from, to, count: 1, certain });
  }

  *#called(symbol: FoundSymbol): Generator<Neighbour> {
    for (const call of this.#calls.within(symbol.fileId, symbol.line, symbol.end_line)) {
      for (const { symbol: found, certain } of this.#bind(call.fileId, call.name)) {
        yield { node: { ...withoutIds(found), id: idOf(found) }, symbol: found, certain };
      }
    }
  }

  *#callers(symbol: FoundSymbol): Generator<Neighbour> {
    for (const call of this.#calls.named(symbol.name, MOST_CALLS)) {
      const bound = this.#bind(call.fileId, call.name).find(({ symbol: one }) => one.id === symbol.id);
      if (bound === undefined) continue;
      const caller = call.symbolId === null ? undefined : this.#symbolById(call.symbolId);
      const node = caller ? { ...withoutIds(caller), id: idOf(caller) } : this.#topOf(call.fileId);
      yield { node, symbol: caller, certain: bound.certain };
    }
  }

  /** The code of a file that lies in no symbol. */
  #topOf(fileId: number): Omit<SymbolNode, 'distance'> {
    const { path, lines } = this.#files.get(fileId) ?? { path: '', lines: 1 };
    const name = path.slice(path.lastIndexOf('/') + 1);
    const entry = { name, kind: 'module', container: null, signature: null, exported: false } as const;
    return { ...entry, id: `${path}:1:`, path, line: 1, end_line: Math.max(1, lines) };
  }
}
