/** Tags as the daemon takes them, from a text with commas: at most 20 of 40 characters, each once. */
export function readTags(text: string): string[] {
  const tags = text
    .split(',')
    .map((tag) => tag.trim().slice(0, 40))
    .filter((tag) => tag !== '');
  return [...new Set(tags)].slice(0, 20);
}
