const part = /"(?:[^"\\]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|,(?=\s*[}\]])/g;

/** JSON with comments and trailing commas, as tsconfig.json has it; undefined for what is neither. */
export function readLenientJson(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  const strict = text.replace(part, (found) => (found.startsWith('"') ? found : ' '));
  try {
    return JSON.parse(strict.replace(/,(?=\s*[}\]])/g, ''));
  } catch {
    return undefined;
  }
}
