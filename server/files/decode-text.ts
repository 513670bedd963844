export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** Bytes looked at to tell what a file is. */
const SAMPLE = 8192;
/** Of text in a single-byte encoding, at most this share is control characters. */
const MAX_CONTROL_SHARE = 0.02;

const decoders = {
  'utf-8': new TextDecoder('utf-8', { fatal: true }),
  'utf-16le': new TextDecoder('utf-16le'),
  'utf-16be': new TextDecoder('utf-16be'),
  'windows-1252': new TextDecoder('windows-1252'),
};

/** The text of a file without its byte order mark, or undefined when it is none. */
export function decodeText(bytes: Uint8Array): { text: string; encoding: Encoding } | undefined {
  const wide = wideEncoding(bytes);
  if (wide !== undefined) return { text: decoders[wide].decode(bytes), encoding: wide };
  if (bytes.subarray(0, SAMPLE).includes(0)) return undefined;
  try {
    const text = decoders['utf-8'].decode(bytes);
    return controlShare(bytes) > MAX_CONTROL_SHARE ? undefined : { text, encoding: 'utf-8' };
  } catch {
    if (controlShare(bytes) > MAX_CONTROL_SHARE || bytes.includes(0)) return undefined;
    return { text: decoders['windows-1252'].decode(bytes), encoding: 'windows-1252' };
  }
}

/** By its mark; without one by zeros that are in every other byte only. */
function wideEncoding(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes.length < 4 || bytes.length % 2 === 1) return undefined;
  const sample = bytes.subarray(0, SAMPLE);
  const zeros = [0, 0];
  for (const [at, byte] of sample.entries()) if (byte === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const most = sample.length * 0.4;
  if (even === 0 && odd > most) return 'utf-16le';
  return odd === 0 && even > most ? 'utf-16be' : undefined;
}

/** Control characters other than tab, line ends, form feed and escape, in the sample. */
function controlShare(bytes: Uint8Array): number {
  const sample = bytes.subarray(0, SAMPLE);
  let controls = 0;
  for (const byte of sample) {
    if (byte < 9 || byte === 11 || (byte > 13 && byte < 32 && byte !== 27) || byte === 127) controls += 1;
  }
  return sample.length === 0 ? 0 : controls / sample.length;
}
