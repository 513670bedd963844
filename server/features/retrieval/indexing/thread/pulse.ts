/** Where a thread notes which file it is at, so that another can tell when it hangs, and on what. */
export interface Pulse {
  /** The file in hand, and how long it may take. Milliseconds. */
  begin(run: number, path: string, limitMs: number): void;
  end(): void;
}

/** The file in hand when it was looked at; `beat` differs from file to file. */
export interface Beat {
  beat: number;
  run: number;
  path: string;
  limitMs: number;
}

const FIELDS = 5;
const [BEAT, BUSY, RUN, LIMIT, LENGTH] = [0, 1, 2, 3, 4];
const PATH_BYTES = 16_384;

/** Memory that both sides hold; no message passes while all is well. */
export function createPulseMemory(): SharedArrayBuffer {
  return new SharedArrayBuffer(FIELDS * 4 + PATH_BYTES);
}

export function createPulse(memory: SharedArrayBuffer): Pulse {
  const fields = new Int32Array(memory, 0, FIELDS);
  const bytes = Buffer.from(memory, FIELDS * 4);
  return {
    begin(run, path, limitMs) {
      Atomics.store(fields, RUN, run);
      Atomics.store(fields, LIMIT, limitMs);
      Atomics.store(fields, LENGTH, bytes.write(path, 'utf8'));
      Atomics.add(fields, BEAT, 1);
      Atomics.store(fields, BUSY, 1);
    },
    end: () => void Atomics.store(fields, BUSY, 0),
  };
}

/** What the thread has in hand; undefined between files. */
export function readPulse(memory: SharedArrayBuffer): Beat | undefined {
  const fields = new Int32Array(memory, 0, FIELDS);
  if (Atomics.load(fields, BUSY) === 0) return undefined;
  const path = Buffer.from(memory, FIELDS * 4, Atomics.load(fields, LENGTH)).toString('utf8');
  const [beat, run, limitMs] = [BEAT, RUN, LIMIT].map((field) => Atomics.load(fields, field ?? 0));
  return { beat: beat ?? 0, run: run ?? 0, limitMs: limitMs ?? 0, path };
}
