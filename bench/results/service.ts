import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchService } from '../../scripts/run-service.ts';

const TOKEN = 'assay-token-for-one-bench';

export interface RunningService {
  readonly url: string;
  readonly token: string;
  stop(): Promise<void>;
}

/** Starts the built service on a new data directory and waits until the bundled experiment has its scorecard. */
export async function startService(): Promise<RunningService> {
  const directory = mkdtempSync(join(tmpdir(), 'assay-bench-results-'));
  const service = launchService({ dataDirectory: directory, env: { ASSAY_DEMO: 'on', ASSAY_TOKEN: TOKEN } });
  const [, url = ''] = await service.waitFor(/API\s+(http:\/\/[^/\s]+)/);
  return {
    url,
    token: TOKEN,
    stop: async () => {
      service.process.kill('SIGTERM');
      await service.ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
