import { expect } from 'vitest';
import type { RunningService } from '../../scripts/run-service.ts';
import type { Results } from '../../src/analyse/index.ts';

export type Service = Pick<RunningService, 'base' | 'token'>;

/** Asks a running service with its token; `body` is sent as JSON. */
export function call(service: Service, path: string, body?: unknown): Promise<Response> {
  return fetch(`${service.base}${path}`, {
    headers: { authorization: `Bearer ${service.token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

/** As {@link call}, for what has to succeed: the parsed answer. */
export async function ask<T>(service: Service, path: string, body?: unknown): Promise<T> {
  const answer = await call(service, path, body);
  const text = await answer.text();
  expect(answer.status, text).toBeLessThan(300);
  return JSON.parse(text) as T;
}

/** A running experiment on the flag `checkout-v2` whose metric is the share of units with a `purchase`. */
export async function defineExperiment(service: Service): Promise<void> {
  await ask(service, '/api/v1/flags', {
    key: 'checkout-v2',
    variants: [{ key: 'control' }, { key: 'treatment' }],
  });
  await ask(service, '/api/v1/metrics', {
    key: 'purchase-rate',
    type: 'proportion',
    source: { event: 'purchase' },
  });
  await ask(service, '/api/v1/experiments', {
    key: 'checkout',
    flag: 'checkout-v2',
    control: 'control',
    start: '2026-01-01T00:00:00Z',
    arms: [
      { variant: 'control', weight: 1 },
      { variant: 'treatment', weight: 1 },
    ],
    metrics: { goal: ['purchase-rate'] },
    refreshSeconds: 5,
  });
  await ask(service, '/api/v1/experiments/checkout:start', {});
}

/** Units `from` to `to`: each meets a variant in turn, and every third buys something. */
export function unitsFrom(from: number, to: number): Record<string, unknown>[] {
  return Array.from({ length: to - from }, (_, i) => i + from).flatMap((n) => {
    const common = {
      ts: new Date(Date.UTC(2026, 2, 1) + n).toISOString(),
      environment: 'production',
      unit: { type: 'user', id: `u${n}` },
    };
    const variant = n % 2 === 0 ? 'control' : 'treatment';
    const met = { ...common, id: `i-${n}`, type: 'impression', flag: 'checkout-v2', variant };
    return n % 3 === 0 ? [met, { ...common, id: `p-${n}`, type: 'conversion', name: 'purchase' }] : [met];
  });
}

/** How many units each arm has, and how many of them bought something. */
export interface Arms {
  readonly control: readonly [units: number, buyers: number];
  readonly treatment: readonly [units: number, buyers: number];
}

/** What the results must show of the first `count` units of {@link unitsFrom}. */
export function armsOf(count: number): Arms {
  const of = (rest: number): [number, number] => {
    const units = Array.from({ length: count }, (_, n) => n).filter((n) => n % 2 === rest);
    return [units.length, units.filter((n) => n % 3 === 0).length];
  };
  return { control: of(0), treatment: of(1) };
}

/** Has the scorecard made anew until it shows what is expected. */
export async function expectArms(service: Service, expected: Arms): Promise<void> {
  await expect.poll(() => armsNow(service), { timeout: 50_000, interval: 300 }).toEqual(expected);
}

async function armsNow(service: Service): Promise<Arms | string> {
  const asked = await call(service, '/api/v1/experiments/checkout:refresh', {});
  const location = asked.headers.get('location');
  if (asked.status !== 202 || location === null) return `refresh was answered with ${asked.status}`;
  for (let state = ''; state !== 'done'; ) {
    ({ state } = await ask<{ state: string }>(service, location));
    if (state === 'failed') return 'the run failed';
  }
  const results = await ask<Results>(service, '/api/v1/experiments/checkout/results');
  const arms = results.metrics[0]?.arms ?? [];
  const of = (variant: string): [number, number] => {
    const arm = arms.find((each) => each.variant === variant);
    const units = arm?.units ?? 0;
    return [units, Math.round(units * (arm?.mean ?? 0))];
  };
  return { control: of('control'), treatment: of('treatment') };
}

interface Readiness {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly ok: boolean; readonly detail: string | null }>>;
}

/** The service's own word on one of its parts. */
export async function readiness(
  service: Service,
  part: string,
): Promise<{ status: number; ok: boolean; detail: string }> {
  const answer = await fetch(`${service.base}/readyz`);
  const { checks } = (await answer.json()) as Readiness;
  return { status: answer.status, ok: checks[part]?.ok ?? false, detail: checks[part]?.detail ?? '' };
}
