import { rate } from '../../calibration/measurement.ts';
import type { Plot } from '../../calibration/plot.ts';
import type { PlotPoint } from '../../calibration/scenario.ts';
import { harmless, PROMISED } from './false-pauses.ts';
import { injections } from './recall.ts';
import type { Measured } from './tasks.ts';

const SHARES = [0, 0.25, 0.5, 0.75, 1] as const;

export const plots: readonly Plot[] = [
  {
    name: 'false-pauses',
    title: `Harmless rollouts paused by then, promised ${100 * PROMISED[0]} %`,
    ...{ x: 'share of the rollout’s units that have come', y: 'rollouts paused', scale: 'linear' },
    ...{ xTicks: SHARES, yTicks: [0, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06], reference: PROMISED[0] },
  },
  {
    name: 'time-to-breach',
    title: 'Errors doubled from 1 % to 2 % in a 10/90 canary: breach by then',
    ...{ x: 'treated units', y: 'canaries stopped', scale: 'linear', reference: 0.5 },
    ...{ xTicks: [0, 1000, 2000, 3000, 4000, 5000, 6000], yTicks: SHARES },
  },
  {
    name: 'recall-of-errors',
    title: 'Errors of 1 % that rise: rollouts stopped within the units there are',
    ...{ x: 'factor of the treatment’s error rate', y: 'rollouts stopped', scale: 'log', reference: 1 },
    ...{ xTicks: [1, 1.2, 1.5, 2, 3, 5, 10], yTicks: SHARES },
  },
];

export function pointsOf(measured: readonly Measured[]): PlotPoint[] {
  return measured.flatMap((each): PlotPoint[] => {
    switch (each.kind) {
      case 'false-pauses':
        if (harmless.find(({ name }) => name === each.name)?.ends !== 'pass') return [];
        return Array.from({ length: 21 }, (_, step) => {
          const by = each.pausedAt.filter((at) => at <= (step / 20) * each.unitsEach).length;
          const series = each.name.replace('A/A, ', '');
          return { plot: 'false-pauses', series, x: step / 20, measurement: rate(by, each.rollouts) };
        });
      case 'doubling':
        if (each.of !== 'test') return [];
        return Array.from({ length: 25 }, (_, step) => {
          const by = each.treated.filter((at) => at <= step * 250).length;
          const measurement = rate(by, each.rollouts);
          return { plot: 'time-to-breach', series: `α ${each.alpha}`, x: step * 250, measurement };
        });
      case 'recall': {
        const factor = injections.find(({ name }) => name === each.injection)?.factor;
        if (factor === undefined) return [];
        const measurement = rate(each.right, each.rollouts);
        return [{ plot: 'recall-of-errors', series: each.split, x: factor, measurement }];
      }
      default:
        return [];
    }
  });
}
