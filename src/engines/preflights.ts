import { type ActuatorDeps, actuatorFor, type PreflightCheck } from './actuators/index.ts';
import type { EngineConnection } from './connections/index.ts';

/** Finds out whether a connection would stop its flags, without changing anything. */
export class Preflights {
  readonly #actuators: ActuatorDeps;

  constructor(actuators: ActuatorDeps) {
    this.#actuators = actuators;
  }

  async of(connection: EngineConnection): Promise<{ armed: boolean; checks: PreflightCheck[] }> {
    const checks = await actuatorFor(connection, this.#actuators).preflight();
    if (connection.dryRun)
      checks.unshift({
        flag: null,
        check: 'dryRun',
        ok: false,
        detail: 'It is in dry run: nothing is sent.',
      });
    return { armed: checks.every(({ ok }) => ok !== false), checks };
  }
}
