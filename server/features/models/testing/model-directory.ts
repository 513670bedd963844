import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const CONFIG = {
  model_type: 'qwen2',
  hidden_size: 64,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
};

interface ModelDirectory {
  /** The one tensor is `rows` x 64 float16 zeros. */
  rows?: number;
  contextWindow?: number;
}

/** Writes a directory that is a model by its headers; nothing could be generated with it. */
export function writeModelDirectory(
  path: string,
  { rows = 10, contextWindow = 4096 }: ModelDirectory = {},
): void {
  mkdirSync(path, { recursive: true });
  const config = { ...CONFIG, max_position_embeddings: contextWindow };
  writeFileSync(join(path, 'config.json'), JSON.stringify(config));
  writeFileSync(join(path, 'tokenizer.json'), '{}');
  writeFileSync(join(path, 'tokenizer_config.json'), '{"chat_template":"{{ messages }}"}');
  const bytes = rows * 64 * 2;
  const header = { 'a.weight': { dtype: 'F16', shape: [rows, 64], data_offsets: [0, bytes] } };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(join(path, 'model.safetensors'), Buffer.concat([length, json, Buffer.alloc(bytes)]));
}
