import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  Decision,
  DecisionLog,
  DecisionVerdict,
  GuardrailState,
  MOST_AT_ONCE,
  type NewDecision,
} from '../../src/decide/index.ts';
import { openTestStore, type TestStore } from '../access/fixture.ts';
import { events, guardrail, Rollout } from '../ruling/rollout.ts';

let store: TestStore;
beforeAll(async () => {
  store = await openTestStore();
});
afterAll(() => store.close());

function made(environment: string, id: string, treatment = 'treatment'): NewDecision {
  const rollout = new Rollout([guardrail()]);
  const document = rollout.look({
    epochs: [{ units: [10, 10], metrics: { error: events([10, 1], [10, 1]) } }],
  });
  return { document: { ...document, id, environment, treatment }, evidence: rollout.input };
}

describe('a document', () => {
  it('of every verdict has every key that the API promises, and no other', () => {
    const rollout = new Rollout([
      guardrail({ share: 0.5 }),
      guardrail({
        metric: 'crash',
        share: 0.5,
        method: 'proportions',
        margin: { kind: 'absolute', value: 0.1 },
      }),
    ]);
    const at = (n: number, t: number) => ({
      units: [n, n] as const,
      metrics: { error: events([n, t], [n, 10]), crash: events([n, t], [n, 10]) },
    });
    const seen = [
      rollout.look({ noLook: 'none yet' }),
      rollout.look({ epochs: [at(500, 10)] }),
      rollout.look({ epochs: [at(5000, 10)] }),
      rollout.look({ epochs: [{ ...at(5000, 10), multipleVariants: 2000 }] }),
      rollout.look({ epochs: [at(5000, 100)] }),
    ];
    for (const document of seen) {
      expect(Decision.parse({ ...document, sequence: 1 })).toEqual({ ...document, sequence: 1 });
      for (const state of document.guardrails) expect(GuardrailState.parse(state)).toEqual(state);
    }
    expect(new Set(seen.map(({ verdict }) => verdict))).toEqual(new Set(DecisionVerdict.options));
  });
});

describe('the log', () => {
  it('numbers by environment without gaps, whoever appends', async () => {
    const [one, other] = [new DecisionLog(store.postgres), new DecisionLog(store.postgres)];
    await Promise.all([
      one.append('a', [made('a', 'dec_a1'), made('a', 'dec_a2', 'other')]),
      other.append('a', [made('a', 'dec_a3')]),
      other.append('b', [made('b', 'dec_b1')]),
    ]);
    expect((await one.since('a', 0, 10)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    expect((await one.since('a', 2, 10)).map(({ sequence }) => sequence)).toEqual([3]);
    expect(await one.last()).toEqual(
      new Map([
        ['a', 3],
        ['b', 1],
      ]),
    );
    await expect(one.append('a', [made('a', 'dec_a4'), made('a', 'dec_a1')])).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await one.last()).toEqual(
      new Map([
        ['a', 3],
        ['b', 1],
      ]),
    );
  });

  it('never lets older figures take the place of a later decision', async () => {
    const log = new DecisionLog(store.postgres);
    const [first] = await log.append('c', [made('c', 'dec_c1')]);
    const [second] = await log.append('c', [made('c', 'dec_c2')]);
    await log.refresh([first as Decision]);
    expect(await log.current('c', 'checkout', 'treatment')).toEqual(second);
    await log.refresh([{ ...(second as Decision), reasons: ['newer'] }]);
    expect((await log.current('c', 'checkout', 'treatment'))?.reasons).toEqual(['newer']);
    expect(await log.evidence('dec_c2')).toMatchObject({ document: second });
  });

  it('answers at most so many at once', async () => {
    const log = new DecisionLog(store.postgres);
    const many = Array.from({ length: MOST_AT_ONCE + 1 }, (_, index) => made('d', `dec_d${index}`));
    await log.append('d', many);
    expect(await log.since('d', 0, 10 * MOST_AT_ONCE)).toHaveLength(MOST_AT_ONCE);
    const subject = { environment: 'd', flag: 'checkout', treatment: 'treatment' };
    expect((await log.history(subject, 3, 5)).map(({ sequence }) => sequence)).toEqual([2, 1]);
  });
});
