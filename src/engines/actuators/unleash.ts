import type { ConnectionOf } from '../connections/index.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

/** Unleash: the flag is turned off in one environment. Change requests refuse that with 403. */
export function unleashTarget({ project, engineEnvironment, flags }: ConnectionOf<'unleash'>): Target {
  const find = flagFinder(flags);
  const address = (flag: string) =>
    path`/api/admin/projects/${project}/features/${find(flag).engineKey}/environments/${engineEnvironment}`;
  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => 'wholeFlag',
    pauses: () => false,
    askFirst: false,
    request: ({ flag }) => ({ method: 'POST', path: `${address(flag)}/off` }),
    state: (flag) => ({ method: 'GET', path: address(flag) }),
    read(document) {
      const enabled = at(document, 'enabled');
      if (typeof enabled !== 'boolean') return null;
      return enabled
        ? { state: 'serving', detail: `It is on in ${engineEnvironment}.` }
        : { state: 'stopped', detail: `It is off in ${engineEnvironment}.` };
    },
    checks: (_, flag) => [
      {
        flag,
        check: 'offServesControl',
        ok: null,
        detail: 'Off gives each caller its own default, or the variant "disabled": both must be control.',
      },
    ],
    needsApproval: ({ status, json }) => status === 403 && mentions(json, /change.?request/i),
  };
}
