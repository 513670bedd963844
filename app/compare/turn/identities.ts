import type { Contestant } from '#server/features/compare/contract.ts';
import { contestantNames, settingsWords } from '../contestant-name.ts';
import type { Identity } from './columns.tsx';

/** Names and settings by contestant id. */
export function identitiesOf(contestants: readonly Contestant[]): Map<string, Identity> {
  const names = contestantNames(contestants);
  return new Map(
    contestants.map((one) => [
      one.id,
      { name: names.get(one.id) ?? one.model_name, note: settingsWords(one) },
    ]),
  );
}
