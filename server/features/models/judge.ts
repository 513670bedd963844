import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '#server/kernel/errors.ts';
import architectures from './architectures.json' with { type: 'json' };
import { readSafetensorsHeader, type TensorHeader } from './safetensors.ts';
import { hashVocabulary } from './vocabulary.ts';
import { kvBytesPerToken, memoryNeeded, type ModelShape, type Weights, weighTensors } from './weigh.ts';

/** Recommended sampling, each value as the engine takes it; one out of range is as good as absent. */
const ModelSampling = z.object({
  temperature: z.number().min(0).max(5).optional().catch(undefined),
  top_p: z.number().gt(0).max(1).optional().catch(undefined),
  top_k: z.int().min(0).max(1_000_000).optional().catch(undefined),
  min_p: z.number().min(0).max(1).optional().catch(undefined),
  repetition_penalty: z.number().gt(0).max(10).optional().catch(undefined),
});

/** What a directory's JSON files and safetensors headers say. Bytes, tokens. */
export const Verdict = z.object({
  usable: z.boolean(),
  problem: z.object({ code: z.string(), message: z.string() }).nullable(),
  architecture: z.string().nullable(),
  parameters: z.number().nullable(),
  quantization: z.string().nullable(),
  contextWindow: z.number().nullable(),
  sizeBytes: z.number(),
  memoryBytes: z.number().nullable(),
  /** Memory after widening to float32, for the note on a CPU without half-precision matmul. */
  widenedBytes: z.number().nullable(),
  hasChatTemplate: z.boolean(),
  /** It measures texts, and its only problem is that it cannot chat. */
  embeds: z.boolean(),
  /** Models with the same one can guess ahead for each other. */
  vocabulary: z.string().nullable(),
  sampling: ModelSampling,
});
export type Verdict = z.infer<typeof Verdict>;

const MAX_JSON_BYTES = 16 * 1024 * 1024;
const PICKLE = /\.(bin|pt|pth|pkl|pickle|ckpt)$/i;
const KNOWN = new Set(architectures.model_types);
const EMBEDDING = new Set(architectures.embedding_types);

const Positive = z.int().min(1).max(1_000_000_000);
const Fields = z.object({
  num_hidden_layers: Positive.optional(),
  num_attention_heads: Positive.optional(),
  num_key_value_heads: Positive.nullish(),
  hidden_size: Positive.optional(),
  head_dim: Positive.nullish(),
  max_position_embeddings: Positive.nullish(),
});
/** The part of config.json that a verdict rests on; multimodal models keep theirs under `text_config`. */
export const ModelConfig = Fields.extend({
  model_type: z.string().min(1).max(100),
  auto_map: z.unknown().optional(),
  model_file: z.unknown().optional(),
  quantization: z.object({ bits: z.int().min(1).max(16) }).nullish(),
  text_config: Fields.nullish(),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

const EMPTY: Verdict = {
  usable: false,
  problem: null,
  architecture: null,
  parameters: null,
  quantization: null,
  contextWindow: null,
  sizeBytes: 0,
  memoryBytes: null,
  widenedBytes: null,
  hasChatTemplate: false,
  embeds: false,
  vocabulary: null,
  sampling: {},
};

/**
 * Judges a model directory without loading anything. A bad one gets a verdict with the reason, never an exception.
 * `name` as it was published: converted embedding models say nowhere else what they are.
 */
export async function judgeDirectory(path: string, name = basename(path)): Promise<Verdict> {
  const verdict = { ...EMPTY };
  try {
    const names = await readdir(path);
    refuseUnsafe(names);
    const config = await readConfig(path);
    verdict.architecture = config.model_type;
    const embeds = isEmbedder(config, names, name);
    if (embeds) refuseCustomCode(config);
    else refuseConfig(config);
    const tensors = await readWeights(path, names, verdict);
    describe(verdict, config, tensors);
    refuseWithoutTokenizer(names);
    verdict.embeds = embeds;
    if (embeds) throw cannotChat();
    verdict.hasChatTemplate = await findChatTemplate(path, names);
    verdict.sampling = await readSampling(path, names);
    verdict.vocabulary = await hashVocabulary(path);
    refuseBaseModel(verdict);
    verdict.usable = true;
  } catch (error) {
    verdict.problem = problemOf(error);
  }
  return verdict;
}

function refuseUnsafe(names: readonly string[]): void {
  const code = names.find((name) => name.endsWith('.py'));
  if (code !== undefined) throw invalid(`It brings its own code (${code}), which MLX Code never runs.`);
  const pickle = names.find((name) => PICKLE.test(name));
  if (pickle !== undefined) {
    throw invalid(
      `It holds a pickle file (${pickle}), which can run code when read. Keep only the safetensors files.`,
    );
  }
  if (names.some((name) => name.endsWith('.gguf')) && !names.includes('config.json')) {
    throw new AppError(
      'model_unsupported',
      'It is a GGUF file for llama.cpp. Download the MLX version of this model.',
    );
  }
}

async function readConfig(path: string): Promise<ModelConfig> {
  const parsed = ModelConfig.safeParse(await readJson(join(path, 'config.json')));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(
    `config.json is not a model's: ${issue?.path.join('.') || 'the file'} ${issue?.message ?? 'is malformed'}.`,
  );
}

/** Refuses custom code and architectures that the installed mlx-lm has no module for. */
export function refuseConfig(config: ModelConfig): void {
  refuseCustomCode(config);
  if (EMBEDDING.has(config.model_type)) throw cannotChat();
  if (!KNOWN.has(config.model_type)) {
    throw new AppError(
      'model_unsupported',
      `The architecture ${JSON.stringify(config.model_type)} is not known to the installed mlx-lm ${architectures.mlx_lm}.`,
    );
  }
}

function refuseCustomCode(config: ModelConfig): void {
  if (config.auto_map === undefined && config.model_file === undefined) return;
  throw invalid('Its config.json asks for custom code (auto_map or model_file), which MLX Code never runs.');
}

/** What the engine can embed with: BERT, and Qwen3 where its files or its name say that it is for embedding. */
function isEmbedder(config: ModelConfig, names: readonly string[], name: string): boolean {
  if (EMBEDDING.has(config.model_type)) return true;
  if (config.model_type !== 'qwen3') return false;
  const published = names.includes('modules.json') || names.includes('config_sentence_transformers.json');
  return published || /embedding/i.test(basename(name));
}

function cannotChat(): AppError {
  return new AppError('model_unsupported', 'It is an embedding model: it measures texts and cannot chat.');
}

async function readWeights(
  path: string,
  names: readonly string[],
  verdict: Verdict,
): Promise<TensorHeader[]> {
  const files = names.filter((name) => name.endsWith('.safetensors'));
  const unfinished = names.find((name) => /\.(incomplete|part|download|tmp)$/.test(name));
  if (unfinished !== undefined)
    throw invalid(`A download of it did not finish (${unfinished}). Resume the download.`);
  if (files.length === 0) throw invalid('It holds no safetensors weights.');
  await requireShards(path, names);
  const tensors: TensorHeader[] = [];
  for (const name of files) {
    verdict.sizeBytes += (await stat(join(path, name))).size;
    tensors.push(...(await readSafetensorsHeader(join(path, name))));
  }
  return tensors;
}

async function requireShards(path: string, names: readonly string[]): Promise<void> {
  const index = 'model.safetensors.index.json';
  if (!names.includes(index)) return;
  const parsed = z
    .object({ weight_map: z.record(z.string(), z.string()) })
    .safeParse(await readJson(join(path, index)));
  if (!parsed.success) throw invalid(`${index} is malformed.`);
  const missing = [...new Set(Object.values(parsed.data.weight_map))].filter((name) => !names.includes(name));
  if (missing.length > 0)
    throw invalid(
      `${missing.length} of its weight files are missing, ${missing[0]} first. Download it again.`,
    );
}

function describe(verdict: Verdict, config: ModelConfig, tensors: readonly TensorHeader[]): void {
  const bits = config.quantization?.bits ?? null;
  const weights = weighTensors(tensors, bits);
  const shape = shapeOf(config);
  verdict.parameters = weights.parameters;
  verdict.quantization = bits === null ? weights.dtype : `${bits}-bit`;
  verdict.contextWindow =
    (config.text_config ?? config).max_position_embeddings ?? config.max_position_embeddings ?? null;
  verdict.memoryBytes = memoryNeeded(weights, shape);
  verdict.widenedBytes = widened(weights, shape);
}

function widened(weights: Weights, shape: ModelShape): number | null {
  if (weights.dtype === 'float32') return null;
  const extra = weights.widenedBytes - weights.bytes;
  return (
    memoryNeeded(weights, shape) + extra + 4096 * (kvBytesPerToken(shape, 4) - kvBytesPerToken(shape, 2))
  );
}

/** Shape of the language part, with the defaults that model code itself assumes when a field is absent. */
export function shapeOf(config: ModelConfig): ModelShape {
  const fields = config.text_config ?? config;
  const heads = fields.num_attention_heads ?? 1;
  return {
    layers: fields.num_hidden_layers ?? 1,
    kvHeads: fields.num_key_value_heads ?? heads,
    headDim: fields.head_dim ?? Math.ceil((fields.hidden_size ?? heads) / heads),
    quantizationBits: config.quantization?.bits ?? null,
  };
}

async function findChatTemplate(path: string, names: readonly string[]): Promise<boolean> {
  if (names.includes('chat_template.jinja') || names.includes('chat_template.json')) return true;
  if (!names.includes('tokenizer_config.json')) return false;
  const parsed = z
    .object({ chat_template: z.unknown() })
    .safeParse(await readJson(join(path, 'tokenizer_config.json')));
  return parsed.success && parsed.data.chat_template !== undefined && parsed.data.chat_template !== null;
}

/** generation_config.json; `do_sample: false`, or a file that says nothing of it, means greedy (transformers' default). */
async function readSampling(path: string, names: readonly string[]): Promise<Verdict['sampling']> {
  if (!names.includes('generation_config.json')) return {};
  const json = await readJson(join(path, 'generation_config.json'));
  const samples = z.object({ do_sample: z.literal(true) }).safeParse(json).success;
  const parsed = samples ? ModelSampling.safeParse(json) : undefined;
  return parsed?.success ? parsed.data : {};
}

function refuseWithoutTokenizer(names: readonly string[]): void {
  if (
    !names.includes('tokenizer.json') &&
    !names.includes('tokenizer.model') &&
    !names.includes('vocab.json')
  ) {
    throw invalid('It has no tokenizer (tokenizer.json). Download it again.');
  }
}

function refuseBaseModel(verdict: Verdict): void {
  if (!verdict.hasChatTemplate) {
    throw new AppError(
      'model_unsupported',
      'It has no chat template: it is a base model that continues text and was not taught to chat.',
    );
  }
}

async function readJson(path: string): Promise<unknown> {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const size = await stat(path).then(
    (found) => found.size,
    () => null,
  );
  if (size === null) throw invalid(`It has no ${name}.`);
  if (size > MAX_JSON_BYTES) throw invalid(`${name} is larger than 16 MB.`);
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw invalid(`${name} is not valid JSON.`, cause);
  }
}

function problemOf(error: unknown): { code: string; message: string } {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
  return { code: 'model_invalid', message: `The folder cannot be read (${reason}).` };
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('model_invalid', message, { cause });
}
