import type { DecisionLog } from '../decide/index.ts';
import type { Connections } from './connections/index.ts';
import { type FlagdOverlay, overlayOf } from './overlay/index.ts';

/** flagd's overlays, from the decisions as they stand. */
export class Overlays {
  readonly #connections: Pick<Connections, 'all'>;
  readonly #log: Pick<DecisionLog, 'stopping'>;

  constructor(deps: { connections: Pick<Connections, 'all'>; log: Pick<DecisionLog, 'stopping'> }) {
    this.#connections = deps.connections;
    this.#log = deps.log;
  }

  async of(environment: string): Promise<FlagdOverlay> {
    const connections = await this.#connections.all(environment);
    return overlayOf(
      connections.filter((connection) => connection.kind === 'flagd'),
      await this.#log.stopping(environment),
    );
  }
}
