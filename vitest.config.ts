import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    testTimeout: 20_000,
    // One less than the processors, the default, leaves half of a small machine idle.
    maxWorkers: '100%',
    globalSetup: './test/support/built.ts',
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
