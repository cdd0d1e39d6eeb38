import { appendFileSync } from 'node:fs';
import { relative } from 'node:path';
import { expect } from 'vitest';

export type Service = 'postgres' | 'kafka' | 'chromium' | 'unleash';

/** What a reader does to have the skipped tests run. */
const ENABLE: Readonly<Record<Service, string>> = {
  postgres: 'install PostgreSQL 14 or later (initdb and postgres in PATH or in /usr/lib/postgresql/*/bin)',
  kafka: 'install Java 17 or later and Maven, which fetches Kafka',
  chromium: 'install Chromium',
  unleash: 'install PostgreSQL 14 or later, and let npm reach its registry once, which fetches Unleash',
};

/**
 * Call it where tests are about to be skipped because a service is missing. When ASSAY_REQUIRE (a comma list, or
 * `all`) names the service this throws instead, so that nothing is skipped unseen. Otherwise the reason goes as a line
 * of JSON to the file named by ASSAY_SKIP_LOG, from which the end of `npm test` tells it.
 * @param tests which tests are skipped; the file's path when not given.
 */
export function requireOrSkip(service: Service, reason: string, tests = testFile()): void {
  const { ASSAY_REQUIRE = '', ASSAY_SKIP_LOG = '' } = process.env;
  const required = ASSAY_REQUIRE.split(',').map((name) => name.trim());
  if (required.includes(service) || required.includes('all')) {
    throw new Error(`ASSAY_REQUIRE names ${service}, but ${reason}: ${ENABLE[service]}.`);
  }
  if (ASSAY_SKIP_LOG === '') return;
  appendFileSync(ASSAY_SKIP_LOG, `${JSON.stringify({ service, reason, enable: ENABLE[service], tests })}\n`);
}

function testFile(): string {
  return relative(process.cwd(), expect.getState().testPath ?? 'a test');
}
