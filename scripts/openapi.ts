/** Writes docs/openapi.json as the running service tells it; the suite fails while the two differ. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runService } from './run-service.ts';

const directory = mkdtempSync(join(tmpdir(), 'assay-openapi-'));
const service = await runService({ dataDirectory: join(directory, 'data') });
try {
  const answer = await fetch(`${service.base}/openapi.json`, {
    headers: { authorization: `Bearer ${service.token}` },
  });
  if (!answer.ok) throw new Error(`/openapi.json was answered with ${answer.status}`);
  const file = join(dirname(import.meta.dirname), 'docs/openapi.json');
  writeFileSync(file, `${JSON.stringify(await answer.json(), null, 2)}\n`);
} finally {
  await service.stop();
  rmSync(directory, { recursive: true });
}
