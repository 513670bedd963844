import { AppError } from '#server/kernel/errors.ts';
import { createRoutes } from '#server/kernel/http.ts';
import { compareRoutes } from '../contract.ts';
import type { Room } from '../room.ts';
import { builtinPrompts, builtinSets } from './builtin.ts';
import { readSet } from './reading.ts';
import type { SetStore } from './set-store.ts';
import type { SetSource } from './source.ts';

/** Bytes that a set may upload. */
export const MAX_SET_BODY = 72 * 2 ** 20;

/** The sets of a person and those that come with MLX Code. */
export function setSource(store: SetStore): SetSource {
  return {
    find: (id) => builtinSets().find((set) => set.id === id) ?? store.find(id),
    prompts: (id, offset, limit) =>
      builtinPrompts(id)?.slice(offset, offset + limit) ?? store.prompts(id, offset, limit),
  };
}

/** Routes for the prompts of unattended runs. */
export function createSetRoutes({ setStore, sets }: Room) {
  return createRoutes()
    .openapi(compareRoutes.sets, (c) => c.json({ sets: [...setStore.list(), ...builtinSets()] }, 200))
    .openapi(compareRoutes.createSet, async (c) => {
      const { name, format, body } = c.req.valid('json');
      const { prompts, problems, problemCount } = await readSet(format, body);
      const set = await setStore.create(name, prompts);
      return c.json({ set, problems, problem_count: problemCount }, 200);
    })
    .openapi(compareRoutes.setFromConversations, async (c) => {
      const { name, conversation_ids: ids } = c.req.valid('json');
      const prompts = setStore.firstPrompts(ids);
      if (prompts.length === 0)
        throw new AppError('invalid_request', 'Nothing was asked in these conversations.');
      return c.json({ set: await setStore.create(name, prompts) }, 200);
    })
    .openapi(compareRoutes.openSet, (c) => {
      const { id } = c.req.valid('param');
      const { offset, limit } = c.req.valid('query');
      const set = sets.find(id);
      if (!set) throw new AppError('not_found', 'This prompt set does not exist.');
      return c.json({ set, prompts: sets.prompts(id, offset, limit) }, 200);
    })
    .openapi(compareRoutes.removeSet, (c) =>
      c.json({ deleted: setStore.remove(c.req.valid('param').id) }, 200),
    );
}
