import { defineConfig } from 'vitest/config';

/** Tests that need minutes of real time: soak, fault scenarios, mixed pools. */
export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    globalSetup: './test/support/built.ts',
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
