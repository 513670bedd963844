import { type FileHandle, open } from 'node:fs/promises';
import { z } from 'zod';
import { AppError } from '#server/kernel/errors.ts';

/** Longest header read, bytes; the format's own limit is 100 MB, real ones stay under 10 MB. */
const MAX_HEADER_BYTES = 32 * 1024 * 1024;

/** Bytes an element takes, by the format's dtype names. */
const DTYPE_BYTES: Record<string, number> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
};

const Tensor = z.object({
  dtype: z.string(),
  shape: z.array(z.int().min(0)),
  data_offsets: z.tuple([z.int().min(0), z.int().min(0)]),
});

export interface TensorHeader {
  name: string;
  dtype: string;
  shape: number[];
  bytes: number;
}

/**
 * Reads the header of a safetensors file, never its data.
 * Layout: u64 little-endian header length, JSON header, tensor bytes (format specification, version 0.4+).
 * Errors: model_invalid when the length, the JSON or a tensor's byte range contradicts the file.
 */
export async function readSafetensorsHeader(path: string): Promise<TensorHeader[]> {
  const file = await open(path, 'r');
  try {
    const size = (await file.stat()).size;
    const length = await readHeaderLength(file, size, path);
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, 8);
    return checkTensors(parseHeader(bytes, path), size - 8 - length, path);
  } finally {
    await file.close();
  }
}

async function readHeaderLength(file: FileHandle, size: number, path: string): Promise<number> {
  const prefix = Buffer.alloc(8);
  const { bytesRead } = await file.read(prefix, 0, 8, 0);
  const length = bytesRead === 8 ? Number(prefix.readBigUInt64LE()) : 0;
  if (length < 2 || length > MAX_HEADER_BYTES || length + 8 > size) {
    throw invalid(path, bytesRead < 8 ? 'is empty or cut off' : 'has an impossible header length');
  }
  return length;
}

function parseHeader(bytes: Buffer, path: string): [string, unknown][] {
  try {
    const parsed = z.record(z.string(), z.unknown()).parse(JSON.parse(bytes.toString('utf8')));
    return Object.entries(parsed).filter(([name]) => name !== '__metadata__');
  } catch (cause) {
    throw invalid(path, 'has an unreadable header', cause);
  }
}

function checkTensors(entries: [string, unknown][], dataBytes: number, path: string): TensorHeader[] {
  let end = 0;
  const tensors = entries.map(([name, value]) => {
    const parsed = Tensor.safeParse(value);
    if (!parsed.success) throw invalid(path, `describes the tensor ${JSON.stringify(name)} badly`);
    const { dtype, shape, data_offsets: offsets } = parsed.data;
    const bytes = offsets[1] - offsets[0];
    const width = DTYPE_BYTES[dtype];
    const elements = shape.reduce((product, side) => product * side, 1);
    if (width !== undefined && elements * width !== bytes) {
      throw invalid(
        path,
        `gives the tensor ${JSON.stringify(name)} ${bytes} bytes where its shape needs ${elements * width}`,
      );
    }
    end = Math.max(end, offsets[1]);
    return { name, dtype, shape, bytes };
  });
  if (end > dataBytes) throw invalid(path, `is cut off: ${end - dataBytes} bytes are missing`);
  return tensors;
}

function invalid(path: string, what: string, cause?: unknown): AppError {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return new AppError('model_invalid', `The weights file ${file} ${what}. Download the model again.`, {
    cause,
  });
}
