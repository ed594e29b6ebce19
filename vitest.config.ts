import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // The test runner imports modules its own way and does not see the hook that lets code of packs find this.
  resolve: { alias: { 'opsbro/plugins': fileURLToPath(new URL('src/plugins/pack-api.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**'],
    testTimeout: 20_000,
    // Some start agents and servers, which have 30 s each.
    hookTimeout: 60_000,
    // One less than the processors, the default, leaves half of a small machine idle.
    maxWorkers: '100%',
    globalSetup: './test/support/built.ts',
    reporters: ['default', './test/support/count-reporter.ts'],
  },
});
