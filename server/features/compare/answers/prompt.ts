import type { GenerationRequest, PromptMessage } from '#server/generation/generation.ts';
import { buildPrompt } from '#server/generation/prompt.ts';
import { readTokenIds } from '#server/generation/token-ids.ts';
import type { ModelEntry } from '#server/kernel/hooks.ts';
import { Sampling } from '#server/worker/protocol.ts';
import type { ComparisonRow, ContestantRow } from '../store.ts';
import type { AnswerRow, TurnRow, TurnStore } from '../turn-store.ts';

/** Tokens an answer may have unless the contestant says otherwise. */
const DEFAULT_MAX_TOKENS = 4096;

export interface Said {
  role: 'user' | 'assistant';
  text: string;
  reasoning?: string;
}

interface Asked {
  comparison: ComparisonRow;
  contestant: ContestantRow;
  turn: TurnRow;
}

/** The contestant's own words to the model, then those of the prompt. */
export function systemPromptOf({ contestant, turn }: Pick<Asked, 'contestant' | 'turn'>): string {
  return [contestant.systemPrompt, turn.systemPrompt].filter((text) => text.trim() !== '').join('\n\n');
}

/**
 * What was said on the contestant's own side up to this turn's prompt. Prompts of a run stand alone. Neighbours of one
 * role are joined, because many chat templates refuse roles that do not alternate.
 */
export function pathOf(turns: TurnStore, { comparison, contestant, turn }: Asked): Said[] {
  const earlier = comparison.kind === 'run' ? [] : turns.before(turn);
  const answers = turns.answersOf(earlier.map(({ id }) => id));
  const own = new Map(
    answers.filter((row) => row.contestantId === contestant.id).map((row) => [row.turnId, row]),
  );
  const path: Said[] = [...comparison.history];
  for (const { id, prompt } of earlier) {
    path.push({ role: 'user', text: prompt });
    const answer = own.get(id);
    if (answer && answer.text.trim() !== '')
      path.push({ role: 'assistant', text: answer.text, reasoning: answer.reasoning });
  }
  path.push({ role: 'user', text: turn.prompt });
  return joinNeighbours(path);
}

export function requestOf(
  turns: TurnStore,
  asked: Asked & { answer: AnswerRow; model: ModelEntry },
): Omit<GenerationRequest, 'priority'> {
  const { answer, contestant, model } = asked;
  const messages = pathOf(turns, asked).map(
    ({ role, text, reasoning = '' }): PromptMessage => ({ role, content: text, reasoning }),
  );
  const tokenIds = readTokenIds(answer.tokenIds);
  const { text, reasoning, seq } = answer;
  const { max_tokens = DEFAULT_MAX_TOKENS } = contestant.parameters;
  const sampling = Sampling.parse({ ...model.sampling, ...contestant.parameters, max_tokens });
  return {
    id: answer.id,
    modelId: model.id,
    messages: buildPrompt(systemPromptOf(asked), messages),
    // The seed that an interrupted answer was drawn with, so that it goes on as it would have.
    sampling: { ...sampling, ...(answer.seed === null ? {} : { seed: answer.seed }) },
    resume: tokenIds.length === 0 ? null : { tokenIds, text, reasoning, seq },
  };
}

function joinNeighbours(path: readonly Said[]): Said[] {
  const joined: Said[] = [];
  for (const said of path) {
    const last = joined.at(-1);
    if (last?.role === said.role) last.text = `${last.text}\n\n${said.text}`;
    else joined.push({ ...said });
  }
  return joined;
}
