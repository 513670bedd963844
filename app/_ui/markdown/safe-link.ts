const SCHEMES = new Set(['http:', 'https:', 'mailto:']);

/** The address as it may be followed, or null: only the web and mail, never scripts, files or this app's own pages. */
export function safeLink(address: string | undefined): string | null {
  if (address === undefined) return null;
  try {
    const url = new URL(address);
    return SCHEMES.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A picture that is inside the text itself; anything else would be fetched from somewhere. */
export function isEmbeddedImage(address: string): boolean {
  return /^data:image\/(?:png|jpeg|gif|webp);base64,[a-z0-9+/=]+$/i.test(address);
}
