import type { ConnectionOf } from '../connections/index.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

/** Split: the flag is killed in one environment and serves its default treatment. */
export function splitTarget({ workspace, engineEnvironment, flags }: ConnectionOf<'split'>): Target {
  const find = flagFinder(flags);
  const address = (flag: string) =>
    path`/internal/api/v2/splits/ws/${workspace}/${find(flag).engineKey}/environments/${engineEnvironment}`;
  const servesControl = (document: unknown, flag: string) =>
    at(document, 'defaultTreatment') === find(flag).controlTreatment;
  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => 'wholeFlag',
    pauses: () => false,
    askFirst: false,
    request: ({ flag }) => ({ method: 'PUT', path: `${address(flag)}/kill` }),
    state: (flag) => ({ method: 'GET', path: address(flag) }),
    read(document, { flag }) {
      const killed = at(document, 'killed');
      if (typeof killed !== 'boolean') return null;
      if (!killed) return { state: 'serving', detail: `It is not killed in ${engineEnvironment}.` };
      return servesControl(document, flag)
        ? { state: 'stopped', detail: `It is killed in ${engineEnvironment} and serves control.` }
        : {
            state: 'serving',
            detail: `It is killed in ${engineEnvironment}, but serves another treatment than control.`,
          };
    },
    checks(document, flag) {
      const ok = servesControl(document, flag);
      return [
        {
          flag,
          check: 'offServesControl',
          ok,
          detail: `The default treatment ${ok ? 'is' : 'is not'} control.`,
        },
      ];
    },
    needsApproval: ({ status, json }) => status >= 400 && status < 500 && mentions(json, /approv/i),
  };
}
