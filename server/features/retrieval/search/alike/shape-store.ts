import type { IndexDatabase } from '../../indexing/index-schema-store.ts';

/** A chunk with the two halves of its fingerprint, as signed 32-bit numbers. */
export interface ShapedChunk {
  path: string;
  line: number;
  endLine: number;
  name: string | null;
  high: number;
  low: number;
}

/** Chunks of at least so many lines that have a shape, by path and line. */
export function shapedChunks(index: IndexDatabase, minLines: number): ShapedChunk[] {
  return index
    .prepare<[number], ShapedChunk>(
      `select path, line, end_line endLine, name, shape >> 32 high,
         ((shape & 4294967295) << 32) >> 32 low
       from chunks join files on files.id = chunks.file_id
       where shape is not null and end_line - line + 1 >= ? order by path, line`,
    )
    .all(minLines);
}
