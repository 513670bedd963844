import { createHash } from 'node:crypto';

/** What a vector belongs to: sha256 in hex of a chunk's header and text, as an embedder reads them. */
export function textHash(header: string, text: string): string {
  return createHash('sha256').update(embeddedText(header, text)).digest('hex');
}

/** A chunk as an embedder reads it. */
export function embeddedText(header: string, text: string): string {
  return `${header}\n${text}`;
}
