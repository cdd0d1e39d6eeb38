import type { Plot } from '../calibration/plot.ts';
import type { PlotPoint } from '../calibration/scenario.ts';
import { type Claim, claimsOf as claimsOfRollouts } from './rollouts/claims.ts';
import { pointsOf as pointsOfRollouts, plots as rolloutPlots } from './rollouts/plots.ts';
import { renderRollouts } from './rollouts/report.ts';
import type { Measured } from './rollouts/tasks.ts';
import type { GameDay } from './service/game-day.ts';
import { renderService } from './service/report.ts';

/** All that a game day has measured; a half that was never run is null. */
export interface Figures {
  readonly rollouts: { readonly seed: number; readonly measured: readonly Measured[] } | null;
  readonly service: GameDay | null;
}

export const plots: readonly Plot[] = rolloutPlots;

export function pointsOf({ rollouts }: Figures): PlotPoint[] {
  return rollouts === null ? [] : pointsOfRollouts(rollouts.measured);
}

/** What was to be shown and whether it was. */
export function claimsOf({ rollouts, service }: Figures): Claim[] {
  return [
    ...(rollouts === null ? [] : claimsOfRollouts(rollouts.measured)),
    ...(service?.outcomes.flatMap(
      ({ key, kind, split, expected, sure, right, falsePause, reason, marked }) => [
        {
          says: `${key} (${kind}, ${split}): ${sure ? wanted(expected) : 'not stopped before its harm'}${right ? '' : `; last: ${reason}`}`,
          holds: sure ? right : !falsePause,
        },
        ...(marked === null
          ? []
          : [{ says: `${key} (${kind}): the bad metric alone is marked`, holds: marked }]),
      ],
    ) ?? []),
  ];
}

const wanted = (expected: string) => (expected === 'none' ? 'never stopped' : expected);

const HEAD = `# Game day

Harm injected into rollouts, and what the decisions made of it: recall, delays and false pauses. Written by \`npm run game-day\`; the first half is a pure function of
its seed, the second runs the service and takes as long as the stream does. \`--half rollouts\` or \`--half service\` measures one of them anew, \`--quick\` little of both, \`--seed\` other ones.
The suite runs a small form of both (\`test/game-day/\`).`;

export function renderReport(figures: Figures): string {
  const claims = claimsOf(figures);
  const failed = claims.filter(({ holds }) => !holds);
  const held = `${claims.length - failed.length} of ${claims.length} claims hold${failed.length === 0 ? '.' : `; these do not:\n\n${failed.map(({ says }) => `- ${says}`).join('\n')}`}`;
  return `${[
    ...[HEAD, held],
    ...(figures.rollouts === null ? [] : [renderRollouts(figures.rollouts.measured)]),
    ...(figures.service === null ? [] : [renderService(figures.service)]),
  ].join('\n\n')}\n`;
}
