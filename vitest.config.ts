import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Nest's decorators are the legacy kind; without this vitest refuses them.
  oxc: { decorator: { legacy: true } },
  test: {
    // The embedded engine crashes in worker threads and owns one directory per process.
    pool: 'forks',
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
