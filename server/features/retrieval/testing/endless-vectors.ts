import { VectorTables } from '../vector-tables.ts';

// Writes vectors into the folder given until it is killed or cannot; prints how many are in after each write.

const facts = { embedderId: 'test', modelHash: 'a', dimensions: 384, chunker: 1 };
const tables = new VectorTables(process.argv[2] ?? '');
const vectors = new Float32Array(100 * facts.dimensions).fill(0.05);
try {
  for (let count = 0; ; count += 100) {
    const hashes = Array.from({ length: 100 }, (_, at) => `text ${count + at}`);
    await tables.add('owner', facts, { hashes, vectors });
    await tables.complete('owner', facts);
    process.stdout.write(`${count + 100}\n`);
  }
} catch (error) {
  process.stdout.write(`${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`);
  process.exit(1);
}
