import { createCipheriv } from 'node:crypto';
import type { VoteCount, VoteOutcome } from '../vote-table.ts';

/** How simulated voters vote; in logits, as in `davidsonLikelihood`. */
export interface Voters {
  strengths: readonly number[];
  side?: number;
  tie?: number;
}

/** Evenly spread numbers from 0 to 1 (without 1), the same for the same seed. */
export function seeded(seed: number): () => number {
  const key = Buffer.alloc(16);
  key.writeUInt32LE(seed);
  const stream = createCipheriv('aes-128-ctr', key, Buffer.alloc(16));
  const zeros = Buffer.alloc(8192);
  let block = stream.update(zeros);
  let at = 0;
  return () => {
    if (at === block.length) {
      block = stream.update(zeros);
      at = 0;
    }
    const number = block.readUInt32LE(at) / 2 ** 32;
    at += 4;
    return number;
  };
}

export function idOf(contestant: number): string {
  return `model-${String(contestant).padStart(2, '0')}`;
}

/** One vote on two contestants by their places. */
export function vote(
  voters: Voters,
  [left, right]: readonly [number, number],
  random: () => number,
): VoteCount {
  const { strengths, side = 0, tie = -0.7 } = voters;
  const half = ((strengths[left] ?? 0) - (strengths[right] ?? 0) + side) / 2;
  const parts: [VoteOutcome, number][] = [
    ['first', Math.exp(half)],
    ['second', Math.exp(-half)],
    ['tie', Math.exp(tie)],
  ];
  let draw = random() * parts.reduce((sum, [, part]) => sum + part, 0);
  const [outcome] = parts.find(([, part]) => (draw -= part) < 0) ?? ['tie'];
  return { first: idOf(left), second: idOf(right), outcome, votes: 1 };
}

/** Votes on pairs drawn by chance, sides too. */
export function votesOf(voters: Voters, votes: number, random: () => number): VoteCount[] {
  const size = voters.strengths.length;
  return Array.from({ length: votes }, () => {
    const left = Math.floor(random() * size);
    const ahead = 1 + Math.floor(random() * (size - 1));
    return vote(voters, [left, (left + ahead) % size], random);
  });
}
