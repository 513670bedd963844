import { z } from '@hono/zod-openapi';
import { type PromptSet, SetPrompt } from '../shapes.ts';
import reading from './builtin/reading.json' with { type: 'json' };
import writing from './builtin/writing.json' with { type: 'json' };

const BuiltinSet = z.object({ id: z.string(), name: z.string(), prompts: z.array(SetPrompt) });

let parsed: z.infer<typeof BuiltinSet>[] | undefined;

/** Read when somebody first asks for them: the daemon's start does not wait for it. */
function all() {
  return (parsed ??= [writing, reading].map((set) => BuiltinSet.parse(set)));
}

export function builtinSets(): PromptSet[] {
  return all().map(({ id, name, prompts }) => ({
    id,
    name,
    builtin: true,
    prompts: prompts.length,
    created_at: 0,
  }));
}

export function builtinPrompts(id: string): SetPrompt[] | undefined {
  return all().find((set) => set.id === id)?.prompts;
}
