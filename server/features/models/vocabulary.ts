import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** The largest known ones list their merges as pairs and take 33 MB. */
const MAX_BYTES = 64 * 2 ** 20;

const TokenizerFile = z.object({
  model: z.object({
    vocab: z.union([z.record(z.string(), z.int()), z.array(z.tuple([z.string(), z.number()]))]),
  }),
  added_tokens: z.array(z.object({ id: z.int(), content: z.string() })).default([]),
});

/**
 * A hash over the ids of all tokens: models with the same one can guess for each other.
 * Null where the folder has no tokenizer.json that says them.
 */
export async function hashVocabulary(folder: string): Promise<string | null> {
  const path = join(folder, 'tokenizer.json');
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null || size > MAX_BYTES) return null;
  const parsed = TokenizerFile.safeParse(parseJson(await readFile(path, 'utf8')));
  return parsed.success ? hashTokens(tokensOf(parsed.data)) : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function tokensOf({ model, added_tokens }: z.infer<typeof TokenizerFile>): Map<number, string> {
  const { vocab } = model;
  const tokens = new Map<number, string>(
    Array.isArray(vocab)
      ? vocab.map(([token], id) => [id, token])
      : Object.entries(vocab).map(([token, id]) => [id, token]),
  );
  for (const { id, content } of added_tokens) tokens.set(id, content);
  return tokens;
}

function hashTokens(tokens: Map<number, string>): string {
  const hash = createHash('sha256');
  for (const [id, token] of [...tokens].sort(([one], [other]) => one - other)) {
    hash.update(`${id} ${JSON.stringify(token)}\n`);
  }
  return hash.digest('hex');
}
