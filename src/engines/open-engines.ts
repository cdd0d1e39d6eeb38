import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { AuditLog } from '../access/index.ts';
import type { DecisionFeed, DecisionLog } from '../decide/index.ts';
import type { ClickHouse } from '../stores/clickhouse/index.ts';
import type { Postgres } from '../stores/postgres/index.ts';
import { readCredentialsIn } from './actuators/index.ts';
import { Connections } from './connections/index.ts';
import {
  EnforcementLoop,
  EnforcementMetrics,
  Enforcements,
  Enforcer,
  Follower,
  type ImpressionsSince,
  impressionsSince,
} from './enforcement/index.ts';
import type { EnginesDeps } from './engines.module.ts';
import { Gates, type ReadDecision } from './gates/index.ts';
import type { GuardedFetch } from './guarded-fetch.ts';
import { Judge } from './judge.ts';
import { Overlays } from './overlays.ts';
import { Preflights } from './preflights.ts';

/** How often what is due again, or was decided by another process, is looked for. */
const LOOK_EVERY_MS = 200;

export interface OpenEnginesDeps {
  readonly clickhouse: ClickHouse;
  readonly postgres: Postgres;
  readonly audit: AuditLog;
  readonly log: DecisionLog;
  readonly readDecision: ReadDecision;
  readonly fetch: GuardedFetch;
  readonly credentials: string | null;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly clock: () => Date;
  /** In the place of the raw impressions. */
  readonly impressionsSince?: ImpressionsSince;
}

export interface Engines extends EnginesDeps {
  readonly loop: EnforcementLoop;
  start(feed: Pick<DecisionFeed, 'listen'>): void;
}

/** Everything that rollout engines ask here or are told, built on open stores. */
export function openEngines(deps: OpenEnginesDeps): Engines {
  const { clickhouse, postgres, audit, log, clock, registry } = deps;
  const logger = deps.logger.child({ component: 'engines' });
  const actuators = { fetch: deps.fetch, readCredential: readCredentialsIn(deps.credentials) };
  const enforcements = new Enforcements({ postgres, audit, clock, actuators });
  const connections: Connections = new Connections({
    ...{ postgres, audit, clock },
    adopt: (transaction, connection) => follower.adopt(transaction, connection),
  });
  const follower: Follower = new Follower({ postgres, log, connections, enforcements });
  const enforcer = new Enforcer({
    ...{ enforcements, connections, actuators, clock, logger },
    impressionsSince: deps.impressionsSince ?? impressionsSince(clickhouse),
    metrics: new EnforcementMetrics(registry),
  });
  const loop = new EnforcementLoop({ follower, enforcer, logger });
  const gates = new Gates({ postgres, audit, clock, randomBytes });
  return {
    connections,
    enforcements,
    gates,
    judge: new Judge({ gates, readDecision: deps.readDecision, clock }),
    overlays: new Overlays({ connections, log }),
    preflights: new Preflights(actuators),
    loop,
    start: (feed) => loop.start(feed, LOOK_EVERY_MS),
  };
}
