import type { PromptSet, SetPrompt } from '../shapes.ts';

/** Where prompts of runs come from. */
export interface SetSource {
  find(id: string): PromptSet | undefined;
  /** In order, from `offset` on. */
  prompts(id: string, offset: number, limit: number): SetPrompt[];
}
