/**
 * Opens the embedded Postgres in argv[2], decides to roll back argv[4] flags, of which those that are decided on already are
 * left out, and tells the engine at argv[3] by a connection that is there or is made. Says `confirmed` once all of them are,
 * and never ends: to be killed. The compiled service, because Node strips no decorators.
 */
import { lookup } from 'node:dns';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { newDecision } from './decisions.ts';

const compiled = (path: string) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const { AuditLog, systemActor } = (await compiled(
  'access/index.js',
)) as typeof import('../../src/access/index.ts');
const { DecisionFeed, DecisionLog } = (await compiled(
  'decide/index.js',
)) as typeof import('../../src/decide/index.ts');
const { guardedFetch, openEngines } = (await compiled(
  'engines/index.js',
)) as typeof import('../../src/engines/index.ts');

const [, , directory = '', baseUrl = '', total = '', credentials = ''] = process.argv;
const clock = () => new Date();
const postgres = await openEmbeddedPostgres({ directory });
const log = new DecisionLog(postgres);
const feed = new DecisionFeed(log, () => undefined);
const engines = openEngines({
  ...{ postgres, credentials, log, clock, logger: pino({ level: 'silent' }), registry: new Registry() },
  clickhouse: {} as never,
  audit: new AuditLog(postgres),
  readDecision: (environment, flag, treatment) => log.current(environment, flag, treatment),
  fetch: guardedFetch({ objectionTo: () => null, lookup }),
  // The callers heed the engine at once.
  impressionsSince: async () => ({ last: null, heard: new Date(), units: 0 }),
});
const flags = Array.from({ length: Number(total) }, (_, n) => `flag-${n}`);
const known = await engines.connections.all('production');
if (known.length === 0)
  await engines.connections.create(
    { actor: systemActor('test') },
    {
      ...{ key: 'fake', environment: 'production', name: '', kind: 'unleash', baseUrl, project: 'default' },
      ...{ credentialFile: 'fake', engineEnvironment: 'production', dryRun: false, timeoutSeconds: 1 },
      ...{ whenPaused: 'turnOff', whenServedAgain: 'stopAgain', confirmWithinSeconds: 60, quietSeconds: 1 },
      flags: flags.map((flag) => ({ flag, engineKey: flag })),
    },
  );
engines.start(feed);
for (const flag of flags) {
  if ((await log.current('production', flag, 'treatment')) !== null) continue;
  await log.append('production', [
    newDecision('breach', { flag, id: `dec_${flag}`, decidedAt: clock().toISOString() }),
  ]);
  await feed.look();
}
// What the dead had claimed is theirs for twenty seconds.
const looking = setInterval(async () => {
  const { items } = await engines.enforcements.list({ environment: 'production', limit: 100 });
  if (items.filter(({ status }) => status === 'confirmed').length < flags.length) return;
  clearInterval(looking);
  console.log('confirmed');
}, 200);
