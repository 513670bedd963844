import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // `unit` needs neither an engine nor a browser and runs in `npm run check`; `feature` runs real engines.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{server,db,app}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.feature.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'feature',
          include: ['{server,db}/**/*.feature.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
    environment: 'node',
    testTimeout: 20_000,
    maxWorkers: 2,
  },
});
