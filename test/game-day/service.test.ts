import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { killAllServices } from '../../scripts/run-service.ts';
import { claimsOf } from './report.ts';
import { compare, type Facts } from './service/compare.ts';
import { type GameDay, runGameDay } from './service/game-day.ts';
import { planOf } from './service/plan.ts';
import { renderService } from './service/report.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'assay-game-day-test-'));
});
afterAll(() => {
  killAllServices();
  rmSync(directory, { recursive: true, force: true });
});

const claimsOfDay = (service: GameDay) => claimsOf({ rollouts: null, service });

describe('a short game day over the running service', { timeout: 300_000 }, () => {
  it('finds all that was injected, marks what cannot be computed, and stops nothing else', async () => {
    const lines: string[] = [];
    const day = await runGameDay({
      ...{ seed: 4, size: 'few', seconds: 18, settleSeconds: 4, eventsPerSecond: 1000 },
      directory: join(directory, 'data'),
      log: (line) => lines.push(line),
    });
    expect(claimsOfDay(day).filter(({ holds }) => !holds)).toEqual([]);
    expect(day.outcomes).toHaveLength(planOf(4, 'few').length);
    const stopped = day.outcomes.filter(({ expected }) => expected === 'breach');
    expect(stopped).toHaveLength(6);
    for (const { seconds, lagSeconds } of stopped) {
      expect(seconds).toBeGreaterThan(0);
      expect(lagSeconds).toBeGreaterThan(0);
      expect(lagSeconds).toBeLessThanOrEqual(seconds ?? 0);
    }
    expect(renderService(day)).toContain('harm found: 6 of 6; false pauses: 0');
    expect(lines).toHaveLength(2);
  });
});

describe('the plan and what is compared with it', () => {
  it('is another for another seed, the same for the same, and has nothing in its keys', () => {
    expect(planOf(1, 'full')).toEqual(planOf(1, 'full'));
    const kinds = (seed: number) => planOf(seed, 'full').map(({ kind }) => kind);
    expect(kinds(1)).not.toEqual(kinds(2));
    expect(kinds(1).toSorted()).toEqual(kinds(2).toSorted());
    expect(planOf(1, 'full').map(({ key }) => key)).toEqual(planOf(2, 'full').map(({ key }) => key));
  });

  it('fails where nothing is decided, where harmless flags are stopped, and where harm is stopped before it is there', () => {
    const plan = planOf(3, 'full');
    const streamed = plan.map(({ key, expected }) => ({
      ...{ key, lastAt: 500, units: 1000, accepted: [] },
      harmAt: expected === 'breach' ? 1000 : null,
    }));
    const said = (verdict: string, at: number): Facts['received'] =>
      plan.map(({ key, badMetric }) => {
        const guardrails = badMetric ? [{ metric: 'refund', status: 'failed' }] : [];
        return { flag: key, at, decision: { verdict, guardrails, reasons: ['why'] } };
      }) as never;
    const wrong = (received: Facts['received']) =>
      compare({ plan, streamed, received, madeFrom: new Map() }).flatMap(({ right, kind }) =>
        right ? [] : [kind],
      );
    const harmful = plan.filter(({ expected }) => expected === 'breach').map(({ kind }) => kind);
    expect(wrong([])).toEqual(plan.filter(({ expected }) => expected !== 'none').map(({ kind }) => kind));
    expect(wrong(said('breach', 2000)).toSorted()).toEqual(
      plan.flatMap(({ kind }) => (harmful.includes(kind) ? [] : [kind])).toSorted(),
    );
    expect(wrong(said('breach', 900))).toHaveLength(plan.length);
    expect(harmful).toHaveLength(14);
  });
});
