import type { ConnectionOf } from '../connections/index.ts';
import type { Seen } from './actuator.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

/**
 * GrowthBook: a flag with a ramp is paused or rolled back by its ramp, another one is turned off in the environment.
 * Ramp actions are refused once they are done, so the ramp is asked first.
 */
export function growthBookTarget({ engineEnvironment, flags }: ConnectionOf<'growthbook'>): Target {
  const find = flagFinder(flags);
  const ramp = (flag: string): string | null => {
    const { rampSchedule } = find(flag);
    return rampSchedule === null ? null : path`/api/v1/ramp-schedules/${rampSchedule}`;
  };
  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => 'wholeFlag',
    pauses: (flag) => ramp(flag) !== null,
    askFirst: true,
    request({ flag, action, why }) {
      const schedule = ramp(flag);
      if (schedule === null)
        return {
          method: 'POST',
          path: path`/api/v2/features/${find(flag).engineKey}/toggle`,
          body: { reason: why, environments: { [engineEnvironment]: false } },
        };
      return action === 'pause'
        ? { method: 'POST', path: `${schedule}/actions/pause` }
        : { method: 'POST', path: `${schedule}/actions/rollback`, body: { reason: why } };
    },
    state: (flag) => ({
      method: 'GET',
      path: ramp(flag) ?? path`/api/v2/features/${find(flag).engineKey}`,
    }),
    read(document, { flag, action }) {
      if (ramp(flag) !== null) return readRamp(at(document, 'rampSchedule', 'status'), action);
      const enabled = at(document, 'feature', 'environments', engineEnvironment, 'enabled');
      if (typeof enabled !== 'boolean') return null;
      return enabled
        ? { state: 'serving', detail: `It is on in ${engineEnvironment}.` }
        : { state: 'stopped', detail: `It is off in ${engineEnvironment}.` };
    },
    checks(document, flag) {
      if (ramp(flag) === null)
        return [
          {
            flag,
            check: 'offServesControl',
            ok: null,
            detail: 'Off gives null, so that each caller’s own default counts: it must be control.',
          },
        ];
      const status = at(document, 'rampSchedule', 'status');
      const ok = ['running', 'paused', 'pending-approval'].includes(String(status));
      const detail = ok
        ? 'The ramp can be paused and rolled back; what it returns to is where it began.'
        : `The ramp is ${String(status)}, in which it cannot be paused.`;
      return [{ flag, check: 'ramp', ok, detail }];
    },
    needsApproval: ({ status, json }) => status >= 400 && status < 500 && mentions(json, /approv|review/i),
  };
}

function readRamp(status: unknown, action: 'turnOff' | 'pause'): Seen | null {
  if (typeof status !== 'string') return null;
  const asAsked = action === 'pause' ? ['paused', 'rolled-back'] : ['rolled-back'];
  return { state: asAsked.includes(status) ? 'stopped' : 'serving', detail: `The ramp is ${status}.` };
}
