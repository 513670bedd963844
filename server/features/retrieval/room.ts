import type { FeatureContext } from '#server/feature.ts';
import type { RetrievalEvents } from './contract.ts';

/** What the parts of this room share. */
export type RetrievalContext = FeatureContext<RetrievalEvents>;
