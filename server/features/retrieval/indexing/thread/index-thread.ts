import { setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { parsePdf } from '../../parsing/documents/pdf.ts';
import { createImportResolver } from '../../parsing/imports/resolve-import.ts';
import { createParser } from '../../parsing/parser.ts';
import { shapeOf } from '../../parsing/shape.ts';
import { serveIndexing } from './serve-indexing.ts';

// On Linux a priority belongs to a thread: whoever waits for an answer goes first.
if (process.platform === 'linux') setPriority(0, 5);

if (parentPort) {
  serveIndexing({
    port: parentPort,
    memory: workerData.memory,
    createTools: async () => {
      const parser = await createParser();
      return {
        parser: { parse: (file) => parser.parse(file), parsePdf, shapeOf },
        resolverFor: createImportResolver,
      };
    },
  });
}
