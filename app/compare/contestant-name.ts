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
    name === 'max_tokens' ? `at most ${value} tokens` : `${SHORT[name] ?? name} ${shortened(value)}`,
  );
  if (system_prompt !== '') words.push('own system prompt');
  return words.join(', ');
}

/** Without the tail that sums of tenths carry: 0.6, not 0.6000000000000001. */
function shortened(value: number): number {
  return Number(value.toPrecision(10));
}

/** Names by contestant id: the label, else the model, with the settings in which another of that name differs. */
export function contestantNames(contestants: readonly Named[]): Map<string, string> {
  const byName = Map.groupBy(contestants, bareName);
  return new Map(
    contestants.map((one) => {
      const alike = byName.get(bareName(one)) ?? [];
      return [one.id, alike.length > 1 ? `${bareName(one)} (${differenceWords(one, alike)})` : bareName(one)];
    }),
  );
}

/** Without its settings. */
export function bareName({ label, model_name }: Pick<Named, 'label' | 'model_name'>): string {
  return label === '' ? model_name : label;
}

function differenceWords(one: Named, alike: readonly Named[]): string {
  const differs = ([name, value]: [string, unknown]) =>
    alike.some((other) => Reflect.get(other.parameters, name) !== value);
  const parameters = Object.fromEntries(Object.entries(one.parameters).filter(differs));
  const told = alike.every((other) => other.system_prompt === one.system_prompt);
  return settingsWords({ parameters, system_prompt: told ? '' : one.system_prompt }) || 'as it is';
}
