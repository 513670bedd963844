import type { Contestant } from '#server/features/compare/contract.ts';
import { bareName, settingsWords } from '../contestant-name.ts';
import { contestantColor } from '../letter-mark.tsx';

/** Who a contestant is, and the settings that tell it from others. */
export interface Identity {
  name: string;
  note: string;
  color: string;
}

/** Names, settings and colours by contestant id. */
export function identitiesOf(contestants: readonly Contestant[]): Map<string, Identity> {
  return new Map(
    contestants.map((one, index) => [
      one.id,
      {
        name: bareName(one),
        note: settingsWords(one),
        color: contestantColor(index),
      },
    ]),
  );
}
