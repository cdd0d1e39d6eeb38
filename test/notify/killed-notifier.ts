/**
 * Opens the embedded Postgres in argv[2], decides on five flags until argv[3] decisions are made in all, and delivers
 * them to the webhooks there are. Never ends: to be killed. The compiled service, because Node strips no decorators.
 */
import { pino } from 'pino';
import { openJobs } from '../../src/jobs/index.ts';
import { openEmbeddedPostgres } from '../../src/stores/postgres/index.ts';
import { append, decisionOn } from './decisions.ts';

const compiled = (path: string) => import(new URL(`../../dist/src/${path}`, import.meta.url).href);
const { DecisionFeed, DecisionLog } = (await compiled(
  'decide/index.js',
)) as typeof import('../../src/decide/index.ts');
const { Courier, Dispatcher, Outbox, PermittedAddresses, Sender } = (await compiled(
  'notify/index.js',
)) as typeof import('../../src/notify/index.ts');

const [, , directory = '', total = ''] = process.argv;
const logger = pino({ level: 'silent' });
const clock = () => new Date();
const postgres = await openEmbeddedPostgres({ directory });
const jobs = await openJobs({ pool: postgres.pool, logger, lockMs: 1_000 });
const log = new DecisionLog(postgres);
const feed = new DecisionFeed(log, () => undefined);
const permitted = new PermittedAddresses({ allowHttp: true, networks: ['127.0.0.1/32'] });
const sender = new Sender({ permitted, secretsDirectory: null, clock });
const dispatcher = new Dispatcher({
  outbox: new Outbox({ log, postgres, clock }),
  courier: new Courier({ log, postgres, sender, clock, logger }),
  queue: jobs.keyed('webhooks'),
  ...{ feed, postgres, clock, logger },
});
await dispatcher.start(100);
for (let last = (await log.last()).get('production') ?? 0; last < Number(total); last += 1) {
  const id = `dec_${process.pid}x${last}`;
  const decision = decisionOn({ flag: `flag-${last % 5}` }, last % 3 === 0 ? 'breach' : 'pass');
  await append(log, { ...decision, document: { ...decision.document, id } });
  feed.announce('production', last + 1);
  // Or they would be decided before any is delivered, and those of a flag be one.
  await dispatcher.look();
}
