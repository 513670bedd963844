import type { Contestant } from '#server/features/compare/contract.ts';

type Named = Pick<Contestant, 'id' | 'label' | 'model_name' | 'parameters' | 'system_prompt'>;

const SHORT: Record<string, string> = {
  temperature: 'temperature',
  top_p: 'top p',
  top_k: 'top k',
  min_p: 'min p',
  max_tokens: 'at most',
  seed: 'seed',
  repetition_penalty: 'repetition',
};

/** Settings in words: `temperature 0.2, own system prompt`. Empty when everything is the model's own. */
export function settingsWords({
  parameters,
  system_prompt,
}: Pick<Contestant, 'parameters' | 'system_prompt'>): string {
  const words = Object.entries(parameters).map(([name, value]) =>
    name === 'max_tokens' ? `at most ${value} tokens` : `${SHORT[name] ?? name} ${value}`,
  );
  if (system_prompt !== '') words.push('own system prompt');
  return words.join(', ');
}

/** Names by contestant id: the label, else the model, with its settings where another has the same model. */
export function contestantNames(contestants: readonly Named[]): Map<string, string> {
  const bare = (one: Named) => (one.label === '' ? one.model_name : one.label);
  return new Map(
    contestants.map((one) => {
      const alike = contestants.filter((other) => bare(other) === bare(one));
      const settings = settingsWords(one);
      const suffix = settings === '' ? 'as it is' : settings;
      return [one.id, alike.length > 1 ? `${bare(one)} (${suffix})` : bare(one)];
    }),
  );
}
