import type { Plot } from './plot.ts';

/** The report's pictures. */
export const plots: readonly Plot[] = [
  {
    name: 'false-alarms-by-looks',
    title: 'False alarms over the number of looks, no effect, α .05',
    x: 'looks at the same experiment',
    y: 'experiments called',
    scale: 'log',
    xTicks: [1, 2, 5, 10, 20, 50, 100],
    yTicks: [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4],
    reference: 0.05,
  },
  {
    name: 'lift-coverage',
    title: 'Coverage of 95 % intervals of the lift, revenue with 5 % buyers',
    x: 'units an arm',
    y: 'intervals that hold the lift',
    scale: 'log',
    xTicks: [100, 200, 500, 1000, 2000, 5000],
    yTicks: [0.8, 0.85, 0.9, 0.95, 1],
    reference: 0.95,
  },
  {
    name: 'time-to-alarm',
    title: 'Errors doubled from 1 % to 2 % in a 10/90 canary: harm shown by then',
    x: 'treated units',
    y: 'canaries in which harm is shown',
    scale: 'linear',
    xTicks: [0, 1000, 2000, 3000, 4000, 5000, 6000],
    yTicks: [0, 0.25, 0.5, 0.75, 1],
    reference: 0.5,
  },
];
