import { pathOf, systemPromptOf } from '../answers/prompt.ts';
import type { TurnStore } from '../turn-store.ts';
import type { ComparisonSource } from './source.ts';

/**
 * Votes that chose, as JSONL of {prompt, chosen, rejected}. `prompt` is text, or messages where something was said
 * before; pairs whose sides were not asked the same are no preference between two answers and are left out.
 */
export function* writePreferences(sources: Iterable<ComparisonSource>, turns: TurnStore): Generator<string> {
  for (const { comparison, contestants, turns: wholes } of sources) {
    const byId = new Map(contestants.map((contestant) => [contestant.id, contestant]));
    for (const { turn, answers, votes } of wholes()) {
      const answerOf = new Map(answers.map((answer) => [answer.id, answer]));
      const askedOf = (contestantId: string) => {
        const contestant = byId.get(contestantId);
        if (!contestant) return undefined;
        const system = systemPromptOf({ contestant, turn });
        const said = pathOf(turns, { comparison, contestant, turn }).map(({ role, text }) => ({
          role,
          content: text,
        }));
        return system === '' ? said : [{ role: 'system', content: system }, ...said];
      };
      for (const { outcome, firstAnswerId, secondAnswerId } of votes) {
        if (outcome !== 'first' && outcome !== 'second') continue;
        const [better, worse] =
          outcome === 'first' ? [firstAnswerId, secondAnswerId] : [secondAnswerId, firstAnswerId];
        const [chosen, rejected] = [answerOf.get(better), answerOf.get(worse)];
        if (!chosen || !rejected) continue;
        const asked = askedOf(chosen.contestantId);
        if (!asked || JSON.stringify(asked) !== JSON.stringify(askedOf(rejected.contestantId))) continue;
        const prompt = asked.length === 1 ? turn.prompt : asked;
        yield `${JSON.stringify({ prompt, chosen: chosen.text, rejected: rejected.text })}\n`;
      }
    }
  }
}
