import { sameJson } from '../canonical-json.ts';
import { AppError, type FieldError } from '../errors.ts';
import type { Arm, ExperimentDefinition, ExperimentStatus } from './experiment.ts';

type Field = keyof ExperimentDefinition;

/** What may be changed without changing what was counted so far. */
const AFTER_START: readonly Field[] = [
  ...([
    'name',
    'hypothesis',
    'metrics',
    'guardrails',
    'decisions',
    'segments',
    'segmentAttributes',
    'refreshSeconds',
  ] as const),
];
const CHANGEABLE: Readonly<Record<ExperimentStatus, readonly Field[] | 'all'>> = {
  draft: 'all',
  running: [...AFTER_START, 'arms', 'targeting', 'end'],
  stopped: AFTER_START,
  archived: [],
};

const WHY_NOT: Partial<Record<Field, string>> = {
  flag: 'its impressions are those of one flag',
  environment: 'its impressions are those of one environment',
  unitType: 'what was randomised cannot change afterwards',
  control: 'every comparison so far is with it',
  start: 'it has started',
  statistics: 'the method and its alpha are chosen before the data is seen',
  eligibleReasons: 'it would change what was counted',
  guardSeconds: 'it would change what was counted',
  arms: 'weights change only while it runs',
  targeting: 'it changes only while it runs',
  end: 'it has been stopped',
};

/** The fields in which two definitions differ. */
export function changedFields(before: ExperimentDefinition, after: ExperimentDefinition): Field[] {
  return (Object.keys(after) as Field[]).filter((field) => !sameJson(before[field], after[field]));
}

/** @throws AppError `conflict` for an experiment that only the service changes. */
export function requireExplicit({
  key,
  flag,
  environment,
  implicit,
}: {
  readonly key: string;
  readonly flag: string;
  readonly environment: string;
  readonly implicit: boolean;
}): void {
  if (implicit)
    throw new AppError(
      'conflict',
      `Experiment "${key}" is implicit: it follows flag "${flag}" and the flag-wide guardrails of "${environment}"; change those, or start an experiment of your own on the flag.`,
    );
}

/** @throws AppError `conflict` for fields that may not change in this status, saying why not. */
export function requireChangeable(status: ExperimentStatus, changed: readonly Field[]): void {
  const allowed = CHANGEABLE[status];
  if (allowed === 'all') return;
  const frozen = changed.filter((field) => !allowed.includes(field));
  if (frozen.length === 0) return;
  const reasons =
    status === 'archived'
      ? 'nothing of an archived one changes'
      : frozen.map((field) => `${field}: ${WHY_NOT[field] ?? 'it is fixed'}`).join('; ');
  throw new AppError(
    'conflict',
    `The experiment is ${status}, so ${frozen.join(', ')} cannot change (${reasons}); make a new experiment instead.`,
    {
      fields: frozen.map(
        (field): FieldError => ({ pointer: `/${field}`, detail: WHY_NOT[field] ?? 'it is fixed' }),
      ),
    },
  );
}

/** @throws AppError `conflict` where the false-pause rate that was promised at the start would change. */
export function requirePromiseKept(
  status: ExperimentStatus,
  before: ExperimentDefinition,
  after: ExperimentDefinition,
): void {
  if (status === 'draft' || before.decisions.alpha === after.decisions.alpha) return;
  throw new AppError(
    'conflict',
    `The experiment is ${status}, and the error budget of ${before.decisions.alpha} was promised for the whole rollout before data was seen; change the guardrails’ shares of it instead.`,
    { fields: [{ pointer: '/decisions/alpha', detail: 'is fixed once the experiment has started' }] },
  );
}

/** Do two lists of arms share out their units differently? @throws AppError `unprocessable` if they are not the same variants. */
export function weightsDiffer(before: readonly Arm[], after: readonly Arm[]): boolean {
  const old = new Map(before.map((arm) => [arm.variant, arm.weight]));
  const same = after.length === old.size && after.every((arm) => old.has(arm.variant));
  if (!same)
    throw new AppError(
      'unprocessable',
      `An experiment keeps its variants (${[...old.keys()].join(', ')}) once it runs; give one the weight 0 to end it.`,
      { fields: [{ pointer: '/arms', detail: 'not the variants that it was started with' }] },
    );
  const total = (arms: readonly Arm[]): number => arms.reduce((sum, { weight }) => sum + weight, 0);
  // Only the proportions matter: twice as much for everybody is no change.
  const scale = total(before) / total(after);
  return after.some(
    ({ variant, weight }) => Math.abs((old.get(variant) ?? 0) - weight * scale) > 1e-12 * total(before),
  );
}

/** A definition once it is stopped. */
export function stoppedAt(definition: ExperimentDefinition, now: Date): ExperimentDefinition {
  const { start, end } = definition;
  const past = end !== null && Date.parse(end) <= now.getTime();
  const early = start !== null && Date.parse(start) > now.getTime();
  // Stopped before it began, it has no time at all.
  return { ...definition, end: past ? end : early ? start : now.toISOString() };
}

const VERBS = { start: 'started', stop: 'stopped', archive: 'archived' } as const;
const FROM: Readonly<Record<keyof typeof VERBS, ExperimentStatus>> = {
  start: 'draft',
  stop: 'running',
  archive: 'stopped',
};
const NEXT: Readonly<Record<ExperimentStatus, string>> = {
  draft: 'a draft: start it first',
  running: 'running: stop it first',
  stopped: 'stopped, and does not start again: make a new experiment instead',
  archived: 'archived, and stays so: make a new experiment instead',
};

/** @throws AppError `conflict` for a step that is not the next one of draft, running, stopped, archived. */
export function requireStep(step: keyof typeof VERBS, key: string, status: ExperimentStatus): void {
  if (status === FROM[step]) return;
  const already = status === { start: 'running', stop: 'stopped', archive: 'archived' }[step];
  const is = already ? `${status} already` : NEXT[status];
  throw new AppError('conflict', `Experiment "${key}" cannot be ${VERBS[step]}: it is ${is}.`);
}
