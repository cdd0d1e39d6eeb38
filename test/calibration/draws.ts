import type { Uniform } from './generator.ts';

/** One draw of a distribution. */
export type Draw = (uniform: Uniform) => number;

const TAIL = 3.442619855899;
const LAYERS = 128;
const AREA = 9.91256303526217e-3;
const { edges, heights } = layers();

/** A standard normal number by the ziggurat of Marsaglia & Tsang (2000), with a uniform of its own for layer and place. */
export function normal(uniform: Uniform): number {
  for (;;) {
    const layer = (uniform() * LAYERS) | 0;
    const signed = 2 * uniform() - 1;
    const x = signed * (edges[layer] ?? 0);
    if (Math.abs(x) < (edges[layer + 1] ?? 0)) return x;
    if (layer === 0) return Math.sign(signed) * beyond(uniform);
    const low = heights[layer] ?? 0;
    const high = heights[layer + 1] ?? 1;
    if (low + uniform() * (high - low) < Math.exp(-0.5 * x * x)) return x;
  }
}

/** A normal number above the last edge (Marsaglia 1964). */
function beyond(uniform: Uniform): number {
  for (;;) {
    const x = -Math.log(uniform()) / TAIL;
    if (-2 * Math.log(uniform()) > x * x) return TAIL + x;
  }
}

/** Right edges of the layers of equal area, the widest first, and the density at each. */
function layers() {
  const density = (x: number) => Math.exp(-0.5 * x * x);
  const found = [AREA / density(TAIL), TAIL];
  while (found.length < LAYERS) {
    const last = found.at(-1) ?? 0;
    found.push(Math.sqrt(-2 * Math.log(AREA / last + density(last))));
  }
  found.push(0);
  return {
    edges: Float64Array.from(found),
    heights: Float64Array.from(found.map((x, i) => (i === 0 ? 0 : density(x)))),
  };
}

/** A number of the exponential distribution with mean 1. */
export function exponential(uniform: Uniform): number {
  return -Math.log(uniform());
}

/** e to a normal number of mean 0 and this spread. */
export function lognormal(sigma: number): Draw {
  return (uniform) => Math.exp(sigma * normal(uniform));
}

/** 0, or with this chance a draw of what buyers spend. */
export function zeroInflated(share: number, amount: Draw): Draw {
  return (uniform) => (uniform() < share ? amount(uniform) : 0);
}

/** Events in one unit of time at this rate, by counting exponential gaps. Meant for small rates. */
export function poisson(rate: number): Draw {
  return (uniform) => {
    let events = 0;
    for (let time = exponential(uniform); time < rate; time += exponential(uniform)) events += 1;
    return events;
  };
}

/** Events among units, each with this chance, by skipping from event to event. Costs as many draws as there are events. */
export function binomial(units: number, share: number): Draw {
  const flipped = share > 0.5;
  const scale = Math.log1p(-(flipped ? 1 - share : share));
  return (uniform) => {
    if (scale === 0) return flipped ? units : 0;
    let events = 0;
    for (let at = skip(uniform, scale); at < units; at += 1 + skip(uniform, scale)) events += 1;
    return flipped ? units - events : events;
  };
}

/** Units without the event before the next one that has it. */
function skip(uniform: Uniform, scale: number): number {
  return Math.floor(Math.log(uniform()) / scale);
}
