import type { ContestantInput } from '#server/features/compare/contract.ts';

export const MOST_CONTESTANTS = 6;

/** A contestant that is being described. */
export interface Draft extends Omit<ContestantInput, 'model_id'> {
  /** For the list; never sent. */
  key: string;
  model_id: string | null;
  /** Its settings are unfolded. */
  open: boolean;
}

const KEPT = 'mlx-code.compare.contestants';

export function newDraft(model_id: string | null, parameters: ContestantInput['parameters'] = {}): Draft {
  return {
    key: crypto.randomUUID(),
    model_id,
    adapter: null,
    system_prompt: '',
    parameters,
    label: '',
    open: false,
  };
}

/** Contestants to begin with: two models, or one at two temperatures where there is only one. */
export function firstDrafts(modelIds: readonly string[]): Draft[] {
  const [first, second] = modelIds;
  if (first === undefined) return [newDraft(null), newDraft(null)];
  if (second !== undefined) return [newDraft(first), newDraft(second)];
  return [newDraft(first, { temperature: 0 }), newDraft(first, { temperature: 0.8 })];
}

/** What the daemon takes; those without a model are left out. */
export function inputsOf(drafts: readonly Draft[]): ContestantInput[] {
  return drafts.flatMap(({ model_id, adapter, system_prompt, parameters, label }) =>
    model_id === null ? [] : [{ model_id, adapter, system_prompt, parameters, label }],
  );
}

/** What keeps each contestant from taking part, by its place; null where nothing does. */
export function problemsOf(drafts: readonly Draft[], usable: ReadonlySet<string>): (string | null)[] {
  const seen = new Map<string, number>();
  return drafts.map((draft, index) => {
    if (draft.model_id === null) return 'Choose a model.';
    if (!usable.has(draft.model_id)) return 'This model is not on this machine, or cannot be used.';
    const same = seen.get(identityOf(draft));
    if (same !== undefined)
      return `The same as contestant ${same + 1}: change its model, a parameter or the system prompt.`;
    seen.set(identityOf(draft), index);
    return null;
  });
}

/** Two that agree in it are one contestant to the daemon, whatever their labels. */
function identityOf({ model_id, adapter, system_prompt, parameters }: Draft): string {
  return JSON.stringify([model_id, adapter, system_prompt, Object.entries(parameters).toSorted()]);
}

/** The contestants of the last comparison, kept by this browser. */
export function keepDrafts(drafts: readonly Draft[]): void {
  localStorage.setItem(KEPT, JSON.stringify(inputsOf(drafts)));
}

/** Those that were kept and whose model is still here; null for fewer than two. */
export function keptDrafts(usable: ReadonlySet<string>): Draft[] | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT) ?? '[]');
    const drafts = (Array.isArray(kept) ? kept : []).flatMap((one) => readDraft(one, usable));
    return drafts.length >= 2 ? drafts.slice(0, MOST_CONTESTANTS) : null;
  } catch {
    // Someone else's text under our key is no reason not to begin.
    localStorage.removeItem(KEPT);
    return null;
  }
}

function readDraft(one: unknown, usable: ReadonlySet<string>): Draft[] {
  if (typeof one !== 'object' || one === null || !('model_id' in one)) return [];
  if (typeof one.model_id !== 'string' || !usable.has(one.model_id)) return [];
  const text = (name: string): string => {
    const value: unknown = Reflect.get(one, name);
    return typeof value === 'string' ? value : '';
  };
  const parameters = 'parameters' in one && typeof one.parameters === 'object' ? one.parameters : null;
  const numbers = Object.entries(parameters ?? {}).filter(([, value]) => typeof value === 'number');
  const draft = newDraft(one.model_id, Object.fromEntries(numbers));
  return [{ ...draft, system_prompt: text('system_prompt'), label: text('label') }];
}
