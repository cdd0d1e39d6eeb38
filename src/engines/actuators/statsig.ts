import type { ConnectionOf } from '../connections/index.ts';
import { path } from './engine-http.ts';
import { flagFinder } from './flag-finder.ts';
import { at, mentions } from './json-path.ts';
import type { Target } from './rest-actuator.ts';

/** Statsig: the gate is disabled, in every environment at once. */
export function statsigTarget({ flags }: ConnectionOf<'statsig'>): Target {
  const find = flagFinder(flags);
  const address = (flag: string) => path`/console/v1/gates/${find(flag).engineKey}`;
  return {
    flags: flags.map(({ flag }) => flag),
    reach: () => 'wholeFlag',
    pauses: () => false,
    askFirst: false,
    request: ({ flag }) => ({ method: 'PUT', path: `${address(flag)}/disable` }),
    state: (flag) => ({ method: 'GET', path: address(flag) }),
    read(document) {
      const enabled = at(document, 'data', 'isEnabled');
      if (typeof enabled !== 'boolean') return null;
      return enabled
        ? { state: 'serving', detail: 'The gate is enabled.' }
        : { state: 'stopped', detail: 'The gate is disabled.' };
    },
    checks(document, flag) {
      const review = at(document, 'data', 'reviewSettings', 'requiredReview') === true;
      return [
        {
          flag,
          check: 'approval',
          ok: !review,
          detail: review ? 'The gate’s changes require a review.' : 'The gate’s changes require no review.',
        },
        {
          flag,
          check: 'offServesControl',
          ok: null,
          detail: 'A disabled gate is false for everybody, in every environment: that must be control.',
        },
      ];
    },
    needsApproval: ({ status, json }) => status >= 400 && status < 500 && mentions(json, /review|approv/i),
  };
}
