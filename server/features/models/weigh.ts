import type { TensorHeader } from './safetensors.ts';

/** What a model's config.json says about itself, already parsed. */
export interface ModelShape {
  layers: number;
  kvHeads: number;
  headDim: number;
  quantizationBits: number | null;
}

export interface Weights {
  parameters: number;
  /** Bytes as stored. */
  bytes: number;
  /** Bytes after widening to float32. */
  widenedBytes: number;
  /** The dtype most bytes have, lower case (`bfloat16`, `float32`, ...). */
  dtype: string;
}

const DTYPE_NAMES: Record<string, string> = {
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

/** Tokens of KV cache that the estimate reserves: a usual conversation. */
export const RESERVED_TOKENS = 4096;

/** What an engine process takes beside weights and KV cache: Python, MLX, tokenizer. Measured on Linux: 170-230 MB. */
export const ENGINE_BYTES = 256 * 1024 * 1024;

/**
 * Counts parameters from tensor headers. A quantized weight is packed into U32 words beside `scales` (and `biases`),
 * which are not parameters: elements = words x 32 / bits (mlx.nn.QuantizedLinear).
 */
export function weighTensors(tensors: readonly TensorHeader[], bits: number | null): Weights {
  const names = new Set(tensors.map((tensor) => tensor.name));
  const byDtype = new Map<string, number>();
  const sum = { parameters: 0, bytes: 0 };
  for (const tensor of tensors) {
    sum.bytes += tensor.bytes;
    byDtype.set(tensor.dtype, (byDtype.get(tensor.dtype) ?? 0) + tensor.bytes);
    sum.parameters += countParameters(tensor, names, bits);
  }
  const largest = [...byDtype].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 'F32';
  return {
    ...sum,
    widenedBytes: sum.parameters * 4,
    dtype: DTYPE_NAMES[largest] ?? largest.toLowerCase(),
  };
}

function countParameters(tensor: TensorHeader, names: ReadonlySet<string>, bits: number | null): number {
  const elements = tensor.shape.reduce((product, side) => product * side, 1);
  const stem = tensor.name.replace(/\.[^.]+$/, '');
  const quantized = names.has(`${stem}.scales`);
  if (!quantized) return elements;
  const isWeight = tensor.name === `${stem}.weight`;
  return isWeight && tensor.dtype === 'U32' ? (elements * 32) / (bits ?? 4) : 0;
}

/** Bytes of KV cache a token costs: keys and values, every layer. */
export function kvBytesPerToken(shape: ModelShape, elementBytes: number): number {
  return 2 * shape.layers * shape.kvHeads * shape.headDim * elementBytes;
}

/** Bytes the ledger should reserve before a load: weights, a usual conversation's KV cache, the process itself. */
export function memoryNeeded(weights: Weights, shape: ModelShape): number {
  return weights.bytes + RESERVED_TOKENS * kvBytesPerToken(shape, 2) + ENGINE_BYTES;
}
