import { parentPort, workerData } from 'node:worker_threads';
import { serveIndexing } from '../thread/serve-indexing.ts';

// The indexing thread with a parser that hangs, or fills its memory, where a file asks for it.
if (parentPort) {
  serveIndexing({
    port: parentPort,
    memory: workerData.memory,
    createTools: async () => ({
      parser: {
        parse: ({ path, text, language }) => {
          if (text.includes('please hang')) for (;;);
          if (text.includes('please burst')) burst();
          const lines = text.split('\n').length;
          const chunk = {
            kind: 'window',
            name: null,
            container: null,
            signature: null,
            header: path,
          } as const;
          const chunks = [{ ...chunk, line: 1, endLine: lines, text }];
          return { language, chunks, symbols: [], references: [], imports: [], problem: null, skip: null };
        },
        parsePdf: async () => ({
          ...{ language: 'pdf', chunks: [], symbols: [], references: [], imports: [], problem: null },
          skip: 'This parser reads no PDF.',
        }),
        shapeOf: () => null,
      },
      resolverFor: () => () => null,
    }),
  });
}

/** In few steps, so that it takes no longer than a file may. */
function burst(): never {
  for (const kept: unknown[] = []; ; ) kept.push(Array.from({ length: 1_000_000 }, () => kept));
}
