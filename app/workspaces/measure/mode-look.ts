import type { ModeResult } from '#server/features/retrieval/measure/contract.ts';

/** Two that the colour-blind tell apart; the name stands beside them always. */
export const COLORS: Record<ModeResult['mode'], string> = { lexical: 'var(--c1)', hybrid: 'var(--c2)' };

/** In short; `modeName` says what a way of searching may be called. */
export const NAMES: Record<ModeResult['mode'], string> = { lexical: 'words', hybrid: 'with meaning' };
