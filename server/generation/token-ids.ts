/** Little-endian uint32, whatever the machine's own order. */
export function writeTokenIds(ids: readonly number[]): Buffer {
  const bytes = Buffer.alloc(ids.length * 4);
  ids.forEach((id, index) => bytes.writeUInt32LE(id, index * 4));
  return bytes;
}

export function readTokenIds(bytes: Buffer | null): number[] {
  return Array.from(
    { length: Math.floor((bytes?.length ?? 0) / 4) },
    (_, index) => bytes?.readUInt32LE(index * 4) ?? 0,
  );
}
