import { harmBegan, type Stop } from '../decide/index.ts';
import type { Moment, StopTimes, Told } from './stop-times.ts';

/** Which treatment it is. */
export interface Subject {
  readonly environment: string;
  readonly flag: string;
  readonly treatment: string;
}

/** Somebody who was told, with whether the engine only pauses. */
export interface ToldRow extends Told {
  readonly pauses: boolean;
}

const NOTHING = 'nothing was stopped';

/** The times of a stop, or of none. */
export function stopTimes(
  { environment, flag, treatment }: Subject,
  stop: Stop | null,
  rows: readonly ToldRow[],
): StopTimes {
  const times = stop === null ? nothing() : timesOf(stop, rows);
  const { harmStart, event, verdict, sent, acknowledged, lastTreatment } = times;
  const seconds = {
    harmStartToEvent: between(harmStart, event),
    eventToVerdict: between(event, verdict),
    verdictToSent: between(verdict, sent),
    sentToAcknowledged: between(sent, acknowledged),
    acknowledgedToLastTreatment: between(acknowledged, lastTreatment),
    harmStartToLastTreatment: between(harmStart, lastTreatment),
  };
  return {
    ...{ environment, flag, treatment, decision: stop?.decision ?? null, sequence: stop?.sequence ?? null },
    ...{ times, seconds, told: rows.map(({ pauses, ...told }) => told) },
    summary:
      stop === null ? `"${treatment}" of flag "${flag}" was never stopped.` : summaryOf(times, seconds),
  };
}

function nothing(): StopTimes['times'] {
  const none = missing(NOTHING);
  return {
    ...{ harmStart: none, event: none, verdict: none },
    ...{ sent: none, acknowledged: none, lastTreatment: none },
  };
}

function timesOf(stop: Stop, rows: readonly ToldRow[]): StopTimes['times'] {
  const began = harmBegan(stop);
  const first = (of: (row: ToldRow) => string | null) => rows.flatMap((row) => of(row) ?? []).sort()[0];
  const nobody = rows.length === 0 ? 'no engine and no webhook has taken it up' : null;
  return {
    harmStart:
      began !== null
        ? known(began)
        : missing(
            stop.harm.length === 0
              ? 'a person stopped it'
              : 'it was not recorded: only counts of first events tell since when',
          ),
    event: orMissing(stop.dataThrough, 'the decision contains no events'),
    verdict: known(stop.decidedAt),
    sent: orMissing(
      first(({ sentAt }) => sentAt),
      nobody ?? 'nobody was told yet',
    ),
    acknowledged: orMissing(
      first(({ acknowledgedAt }) => acknowledgedAt),
      nobody ?? 'nobody has acknowledged it yet',
    ),
    lastTreatment: lastTreatment(rows.filter(({ kind }) => kind === 'engine')),
  };
}

/** Engines are followed up by the impressions; what nobody follows up is not known. */
function lastTreatment(engines: readonly ToldRow[]): Moment {
  const turnedOff = engines.filter(({ pauses }) => !pauses);
  if (engines.length === 0) return missing('no engine has taken it up, so its impressions are not followed');
  if (turnedOff.length === 0) return missing('it was paused: whoever has the treatment keeps it');
  const at = turnedOff
    .flatMap(({ lastTreatmentAt }) => lastTreatmentAt ?? [])
    .sort()
    .at(-1);
  if (!turnedOff.some(({ confirmedAt }) => confirmedAt !== null)) {
    const reason = turnedOff.some(({ acknowledgedAt }) => acknowledgedAt !== null)
      ? 'the impressions have not shown yet that it stopped'
      : 'the impressions are looked at once an engine has acknowledged it';
    return { at: at ?? null, reason };
  }
  return orMissing(at, 'no impression of the treatment came after the verdict');
}

const known = (at: string): Moment => ({ at, reason: null });
const missing = (reason: string): Moment => ({ at: null, reason });
const orMissing = (at: string | null | undefined, reason: string): Moment =>
  at == null ? missing(reason) : known(at);

function between(from: Moment, to: Moment): number | null {
  return from.at === null || to.at === null ? null : (Date.parse(to.at) - Date.parse(from.at)) / 1000;
}

function summaryOf(times: StopTimes['times'], seconds: StopTimes['seconds']): string {
  const { harmStart, event, verdict, sent, acknowledged, lastTreatment } = times;
  const after = (value: number | null): string =>
    value === null ? '' : value < 0 ? `, ${-value} s before that` : `, ${value} s after that`;
  const part = (name: string, moment: Moment, since: number | null): string =>
    moment.at === null
      ? `${name}: not known (${moment.reason})`
      : `${name} at ${moment.at}${after(since)}${moment.reason === null ? '' : ` (so far: ${moment.reason})`}`;
  return `${[
    part('Harm began', harmStart, null),
    part('the last event that shows it was received', event, seconds.harmStartToEvent),
    part('the verdict was', verdict, seconds.eventToVerdict),
    part('it was first told', sent, seconds.verdictToSent),
    part('first acknowledged', acknowledged, seconds.sentToAcknowledged),
    part('the treatment was last met', lastTreatment, seconds.acknowledgedToLastTreatment),
  ].join('; ')}.`;
}
