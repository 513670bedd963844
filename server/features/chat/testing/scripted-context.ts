import type { ContextRequest, Hooks, WorkspaceEntry } from '#server/kernel/hooks.ts';
import { verify } from '../../retrieval/context/verify.ts';
import type { ContextFound } from '../../retrieval/context/contract.ts';

export const WORKSPACE = '01WRKSPACE0000000000000000';

/** A folder of one file whose search a test decides, for orders of events that a real one gives only by luck. */
export function createScriptedContext(entry: Partial<WorkspaceEntry> = {}) {
  const asked: ContextRequest[] = [];
  const stale: number[] = [];
  const open = new Map<string, WorkspaceEntry>();
  open.set(WORKSPACE, { id: WORKSPACE, name: 'atlas', root: '/atlas', include: [], exclude: [], ...entry });
  let answer: (request: ContextRequest, signal: AbortSignal) => Promise<ContextFound> = async (request) =>
    found(request.firstNumber, `const answer = "to ${request.query}";`);
  return {
    /** What was searched for, in order. */
    asked,
    stale,
    answerWith: (next: typeof answer) => (answer = next),
    close: () => open.clear(),
    others(hooks: Hooks) {
      hooks.register('workspaceSource', {
        list: () => [...open.values()],
        find: (id) => open.get(id),
        follow: () => () => undefined,
      });
      hooks.register('contextProvider', {
        gather: (request, signal) => {
          asked.push(request);
          return answer(request, signal);
        },
        verify,
        stale: async (sources) => sources.map(({ number }) => number).filter((one) => stale.includes(one)),
      });
    },
  };
}

/** One source with this text. A character is a token here, as in scripted generations. */
export function found(number: number, text: string): ContextFound {
  const block = `[${number}] src/a.ts:1-1\n${text}`;
  const source = {
    ...{ number, workspace_id: WORKSPACE, path: 'src/a.ts', line: 1, end_line: 1, name: 'answer' },
    ...{ language: 'typescript', text, tokens: text.length, file_hash: 'f'.repeat(64) },
    ...{ reason: 'words' as const, score: 1 },
  };
  return {
    ...{ sources: [source], text: block, tokens: block.length, dropped: [] },
    ...{ nothing_found: false, method: 'keyword + symbols', note: null },
  };
}
