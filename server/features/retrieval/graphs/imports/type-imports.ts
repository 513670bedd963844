import type { createFileLines } from '../../search/text/file-text.ts';
import { familyOf } from '../calls/binder.ts';
import type { DrawnGraph } from './collapse.ts';
import type { Import, ImportMap } from './import-map.ts';

const TYPE_STATEMENT = /^\s*(?:import|export)\s+type\b/;
const CLAUSE = /^\s*(?:import|export)\s*\{([^}]*)\}\s*from\b/;
const PYTHON_CHECKING = /^\s*if\s+(?:\w+\.)?TYPE_CHECKING\s*:/;

/** Lines of one import. */
const LONGEST_CLAUSE = 60;

/** Tells whether an edge of the graph stands for imports of types alone, which are gone when a program runs. */
export function createTypeEdges(
  graph: DrawnGraph,
  imports: ImportMap,
  lines: ReturnType<typeof createFileLines>,
): (from: number, to: number) => Promise<boolean> {
  return async (from, to) => {
    for (const { id } of graph.members[from] ?? []) {
      for (const one of imports.out.get(id) ?? []) {
        if (graph.placeOf.get(one.to.id) !== to) continue;
        const text = (await lines(one.from.path, one.from.language))?.lines;
        if (text === undefined || !isTypeImport(one, text)) return false;
      }
    }
    return true;
  };
}

function isTypeImport({ from, line }: Import, text: readonly string[]): boolean {
  const statement = text[line - 1] ?? '';
  if (familyOf(from) === 'script') {
    if (TYPE_STATEMENT.test(statement)) return true;
    const whole = text.slice(line - 1, line + LONGEST_CLAUSE).join(' ');
    const names = CLAUSE.exec(whole)?.[1]
      ?.split(',')
      .filter((name) => name.trim() !== '');
    return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
  }
  return from.language === 'python' && isOnlyChecked(statement, line, text);
}

/** Whether a line stands in an `if TYPE_CHECKING:`. */
function isOnlyChecked(statement: string, line: number, text: readonly string[]): boolean {
  const depth = indentOf(statement);
  for (let at = line - 2; at >= 0; at -= 1) {
    const above = text[at] ?? '';
    if (above.trim() !== '' && indentOf(above) < depth) return PYTHON_CHECKING.test(above);
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
