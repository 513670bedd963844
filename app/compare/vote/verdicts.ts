import type { Outcome, Vote } from '#server/features/compare/contract.ts';

/** What a single vote says of each answer; several votes on a turn say nothing short. */
export function verdictsOf(votes: readonly Vote[]): Map<string, string> {
  const [vote, ...more] = votes;
  if (vote === undefined || more.length > 0) return new Map();
  const { first_answer_id: first, second_answer_id: second } = vote;
  switch (vote.outcome) {
    case 'first':
      return new Map([[first, 'better']]);
    case 'second':
      return new Map([[second, 'better']]);
    case 'tie':
      return new Map([
        [first, 'tie'],
        [second, 'tie'],
      ]);
    case 'both_bad':
      return new Map([
        [first, 'bad'],
        [second, 'bad'],
      ]);
  }
}

/** A vote in words, with the letters that were shown. */
export function outcomeWords(outcome: Outcome, first: string, second: string): string {
  switch (outcome) {
    case 'first':
      return `${first} is better`;
    case 'second':
      return `${second} is better`;
    case 'tie':
      return 'a tie';
    case 'both_bad':
      return 'both bad';
  }
}
