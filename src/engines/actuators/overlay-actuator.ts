import type { ConnectionOf } from '../connections/index.ts';
import type { Actuator } from './actuator.ts';

/**
 * flagd fetches its overlay from here, so there is nothing to send: a flag is in the overlay for as long as a decision
 * stops it. Whether flagd has fetched it is seen in the impressions alone.
 */
export function overlayActuator({ environment, flags }: ConnectionOf<'flagd'>): Actuator {
  const detail = `It is in the overlay /api/v1/engines/flagd/${environment}.json, which flagd fetches at its own interval.`;
  return {
    reach: () => 'wholeFlag',
    pauses: () => false,
    preflight: async () =>
      flags.map(({ flag, control }) => ({
        flag,
        check: 'offServesControl',
        ok: true,
        detail: `The overlay would serve "${control}" to everybody.`,
      })),
    describe: ({ flag }) => `serve "${flag}" in /api/v1/engines/flagd/${environment}.json`,
    act: async () => ({ kind: 'done', already: false, detail }),
    readBack: async () => ({ state: 'stopped', detail }),
  };
}
