import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // `unit` and `screens` need neither an engine nor a browser and run in `npm run check`; `feature` runs engines.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{server,db,app}/**/*.test.ts'],
          exclude: ['**/*.feature.test.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'screens',
          include: ['app/**/*.test.tsx'],
          environment: 'happy-dom',
          setupFiles: ['./app/testing.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'feature',
          include: ['{server,db}/**/*.feature.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
    environment: 'node',
    testTimeout: 20_000,
    // Named at the end of the run: decision 20.
    retry: 1,
    maxWorkers: 2,
  },
});
