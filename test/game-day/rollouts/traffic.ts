import { exponential, poisson } from '../../calibration/draws.ts';
import type { Uniform } from '../../calibration/generator.ts';

/** Of the units of an arm, those that have the event of each guarded metric; a unit has one of them at most. */
export type Rates = Readonly<Record<string, number>>;

export type ArmName = 'control' | 'treatment';

/** A stretch of a rollout in which nothing changes. */
export interface Phase {
  readonly epoch: number;
  /** The treatment's declared share. */
  readonly share: number;
  /** What it really gets; as declared where nothing is said. */
  readonly trueShare?: number;
  /** New units of both arms. */
  readonly units: number;
  readonly control: Rates;
  readonly treatment: Rates;
  /** Whether the treatment does harm. */
  readonly harmful?: boolean;
}

/** What has come of one epoch so far. */
export interface EpochCounts {
  readonly number: number;
  readonly share: number;
  /** Of all units that have come, where it began. */
  readonly began: number;
  readonly units: Record<ArmName, number>;
  readonly events: Record<ArmName, Record<string, number>>;
}

/** The rollout after an event. */
export interface News {
  readonly epochs: readonly EpochCounts[];
  /** Of all epochs and both arms. */
  readonly units: number;
  readonly treated: number;
  readonly phase: Phase;
}

/**
 * Sends units as a Poisson process through the phases and tells of every event; a listener that gives true ends it. Units without an
 * event between two events are counted with the second. The last call, at the end of all phases, is of no event.
 */
export function send(uniform: Uniform, phases: readonly Phase[], listen: (news: News) => boolean): void {
  const epochs: EpochCounts[] = [];
  let [units, treated] = [0, 0];
  for (const phase of phases) {
    const epoch = epochs.find(({ number }) => number === phase.epoch) ?? begin(phase, units);
    if (!epochs.includes(epoch)) epochs.push(epoch);
    const { kinds, total, silent } = streamsOf(phase);
    for (let left = phase.units; left > 0; ) {
      const gap = total > 0 ? exponential(uniform) / total : Number.POSITIVE_INFINITY;
      const passed = Math.min(gap, left);
      for (const arm of ['control', 'treatment'] as const) {
        const more = poisson(silent[arm] * passed)(uniform);
        epoch.units[arm] += more;
        units += more;
        if (arm === 'treatment') treated += more;
      }
      left -= passed;
      if (left <= 0) break;
      const kind = kinds[drawn(kinds, uniform() * total)] ?? kinds.at(-1);
      if (kind === undefined) throw new RangeError('an event of no kind');
      epoch.units[kind.arm] += 1;
      units += 1;
      if (kind.arm === 'treatment') treated += 1;
      const own = epoch.events[kind.arm];
      own[kind.metric] = (own[kind.metric] ?? 0) + 1;
      if (listen({ epochs, units, treated, phase })) return;
    }
    if (phase === phases.at(-1)) listen({ epochs, units, treated, phase });
  }
}

/** Which of several a uniform number below the sum of their rates falls to; -1 where it lies above that. */
export function drawn(kinds: readonly { readonly rate: number }[], at: number): number {
  let left = at;
  return kinds.findIndex(({ rate }) => {
    left -= rate;
    return left < 0;
  });
}

function begin({ epoch, share }: Phase, began: number): EpochCounts {
  return {
    ...{ number: epoch, share, began },
    units: { control: 0, treatment: 0 },
    events: { control: {}, treatment: {} },
  };
}

/** Units with each kind of event, and those with none, per unit that comes. */
function streamsOf(phase: Phase) {
  const share = phase.trueShare ?? phase.share;
  const arms = [
    { arm: 'control' as const, part: 1 - share, rates: phase.control },
    { arm: 'treatment' as const, part: share, rates: phase.treatment },
  ];
  const kinds = arms.flatMap(({ arm, part, rates }) =>
    Object.entries(rates).map(([metric, rate]) => ({ arm, metric, rate: part * rate })),
  );
  const eventful = (name: ArmName) =>
    kinds.reduce((sum, { arm, rate }) => (arm === name ? sum + rate : sum), 0);
  return {
    kinds,
    total: eventful('control') + eventful('treatment'),
    silent: { control: 1 - share - eventful('control'), treatment: share - eventful('treatment') },
  };
}
