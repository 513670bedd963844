import { AppError } from '#server/kernel/errors.ts';
import { draftsFor } from './drafts.ts';
import { required, type Room } from './room.ts';
import { nameOf } from './shelf.ts';

/**
 * Chooses the model that guesses ahead for another; null for none. In force with the next load, and a loaded model is
 * loaded again with its next question. Errors: not_found, conflict for a draft that does not suit it.
 */
export async function chooseDraft(room: Room, id: string, draftId: string | null) {
  const { context, store, catalog } = room;
  const entries = await catalog.entries();
  const entry = required(
    entries.find((one) => one.id === id),
    id,
  );
  const { [id]: _, ...others } = store.drafts();
  if (draftId !== null) {
    required(await catalog.find(draftId), draftId);
    if (!draftsFor(entry, entries).some((one) => one.id === draftId)) {
      throw new AppError(
        'conflict',
        `${draftId} cannot guess ahead for ${nameOf(entry)}: a draft model is smaller and has the same vocabulary.`,
        { details: { model_id: id, draft_model_id: draftId } },
      );
    }
  }
  store.saveDrafts(draftId === null ? others : { ...others, [id]: draftId });
  context.events.emit('models', 'models.changed');
  return { model_id: id, draft_model_id: draftId };
}
