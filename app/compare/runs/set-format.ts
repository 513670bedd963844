/** How a file of prompts is read, by its name. */
export function formatOf(name: string): 'text' | 'csv' | 'jsonl' {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  if (ending === 'jsonl' || ending === 'ndjson') return 'jsonl';
  return ending === 'txt' || ending === 'md' ? 'text' : 'csv';
}
