import type { AnswerRow, VoteRow, WholeTurn } from '../turn-store.ts';
import { isHidden, isSettled } from '../views.ts';
import { type ComparisonSource, nameOf } from './source.ts';

/** A comparison as a person reads it, with its votes. Turns whose vote is open name nobody. */
export function* writeMarkdown({ comparison, contestants, turns }: ComparisonSource): Generator<string> {
  const names = new Map(contestants.map((contestant) => [contestant.id, nameOf(contestant)]));
  yield `# ${oneLine(comparison.title)}\n\n`;
  yield `${[...names.values()].map((name) => `- ${oneLine(name)}`).join('\n')}\n\n`;
  for (const said of comparison.history) {
    yield `**${said.role === 'user' ? 'Before, asked' : 'Before, answered'}**\n\n${quoted(said.text)}\n\n`;
  }
  for (const whole of turns()) {
    const hidden = isHidden(comparison, whole.turn) && !isSettled(whole);
    yield* writeTurn(whole, hidden ? new Map() : names);
  }
}

function* writeTurn(
  { turn, answers, votes }: WholeTurn,
  names: ReadonlyMap<string, string>,
): Generator<string> {
  const title = (answer: AnswerRow) => {
    const name = names.get(answer.contestantId);
    return name === undefined ? answer.letter : `${answer.letter} · ${oneLine(name)}`;
  };
  yield `## ${turn.index + 1}. Prompt\n\n${quoted(turn.prompt)}\n\n`;
  if (turn.tags.length > 0) yield `Tags: ${turn.tags.join(', ')}\n\n`;
  for (const answer of answers) {
    yield `### ${title(answer)}\n\n${answer.text.trim() || `*${reasonOf(answer)}*`}\n\n`;
    const figures = names.size === 0 ? [] : figuresOf(answer);
    if (figures.length > 0) yield `${figures.join(' · ')}\n\n`;
  }
  const letters = new Map(answers.map((answer) => [answer.id, answer.letter]));
  for (const vote of votes) yield `- ${sentenceOf(vote, letters)}\n`;
  if (votes.length > 0) yield '\n';
}

function sentenceOf(vote: VoteRow, letters: ReadonlyMap<string, string>): string {
  const [first = '?', second = '?'] = [letters.get(vote.firstAnswerId), letters.get(vote.secondAnswerId)];
  const verdict = {
    first: `${first} better than ${second}`,
    second: `${second} better than ${first}`,
    tie: `${first} and ${second} equally good`,
    both_bad: `${first} and ${second} both bad`,
  }[vote.outcome];
  const rated = Object.entries(vote.ratings).map(
    ([name, [one, other]]) => `${name} ${first} ${one}, ${second} ${other}`,
  );
  return [`Vote: ${verdict}${vote.blind ? ' (blind)' : ''}`, ...rated, ...vote.tags, oneLine(vote.reason)]
    .filter((part) => part !== '')
    .join('; ');
}

function figuresOf({ timings, usage, memoryBytes, alone, checks }: AnswerRow): string[] {
  const passed = checks?.filter((check) => check.passed).length ?? 0;
  return [
    ...(timings
      ? [`${timings.tokens_per_second.toFixed(1)} tok/s`, `first token ${timings.first_token.toFixed(2)} s`]
      : []),
    ...(usage ? [`${usage.completion_tokens} tokens`] : []),
    ...(memoryBytes === null ? [] : [`${(memoryBytes / 2 ** 20).toFixed(0)} MB`]),
    ...(alone === false ? ['not alone'] : []),
    ...(checks?.length ? [`${passed} of ${checks.length} checks passed`] : []),
  ];
}

function reasonOf({ status, error }: AnswerRow): string {
  return status === 'failed' ? `Failed (${error?.code ?? 'unknown'})` : `No text (${status})`;
}

function quoted(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
