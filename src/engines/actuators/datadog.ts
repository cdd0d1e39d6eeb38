import type { ConnectionOf } from '../connections/index.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

/**
 * Datadog: a decision to pause pauses the progressive rollout, one to roll back disables the flag in the environment.
 * 202 means that a person has to approve. A paused rollout cannot be read back: the API has no such question.
 */
export function datadogTarget({ engineEnvironment, flags }: ConnectionOf<'datadog'>): Target {
  const find = flagFinder(flags);
  const address = (flag: string) => path`/api/v2/feature-flags/${find(flag).engineKey}`;
  const inEnvironment = (document: unknown): unknown => {
    const environments = at(document, 'data', 'attributes', 'feature_flag_environments');
    if (!Array.isArray(environments)) return undefined;
    return environments.find((one) => at(one, 'environment_id') === engineEnvironment);
  };
  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => 'wholeFlag',
    pauses: (flag) => find(flag).exposureSchedule !== null,
    askFirst: false,
    request({ flag, action }) {
      const { exposureSchedule } = find(flag);
      return action === 'pause' && exposureSchedule !== null
        ? { method: 'POST', path: path`/api/v2/feature-flags/exposure-schedules/${exposureSchedule}/pause` }
        : { method: 'POST', path: `${address(flag)}${path`/environments/${engineEnvironment}/disable`}` };
    },
    state: (flag) => ({ method: 'GET', path: address(flag) }),
    read(document, { action }) {
      const status = at(inEnvironment(document), 'status');
      if (status !== 'ENABLED' && status !== 'DISABLED') return null;
      if (status === 'DISABLED') return { state: 'stopped', detail: 'It is disabled in the environment.' };
      return action === 'pause'
        ? { state: 'unknown', detail: 'Whether the rollout is paused cannot be read back.' }
        : { state: 'serving', detail: 'It is enabled in the environment.' };
    },
    checks(document, flag) {
      const approval = at(inEnvironment(document), 'require_feature_flag_approval') === true;
      return [
        {
          flag,
          check: 'approval',
          ok: !approval,
          detail: `Changes in the environment ${approval ? 'require' : 'require no'} approval.`,
        },
        {
          flag,
          check: 'offServesControl',
          ok: null,
          detail: 'A disabled flag gives each caller its own default: it must be control.',
        },
      ];
    },
    needsApproval: ({ status, json }) => status === 403 && mentions(json, /approv/i),
  };
}
