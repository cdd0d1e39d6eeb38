import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '../errors.ts';
import { readKafkaSources } from '../kafka-sources.ts';
import {
  type DeadLetterFilter,
  deadLetters as deadLettersOf,
  describeDeadLetter,
  printable,
} from './dead-letter-list.ts';
import { type ReplayOutcome, replayDeadLetters, type Tally } from './replay-dead-letters.ts';
import { ServiceClient } from './service-client.ts';

const DEFAULT_URL = 'http://127.0.0.1:8787';
const USAGE = 'dead-letters list|replay --token T';
const SHOWN = 20;

const OPTIONS = {
  url: { type: 'string', default: DEFAULT_URL },
  token: { type: 'string' },
  json: { type: 'boolean', default: false },
  id: { type: 'string', multiple: true },
  code: { type: 'string' },
  sender: { type: 'string' },
  partition: { type: 'string' },
  offset: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string', default: '20' },
  all: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  sources: { type: 'string' },
} as const;

/** Shows the events that were not taken, and sends them again, through a running service. */
export const deadLetters = {
  usage: USAGE,
  about: 'the events that were not taken: shows them, or sends them again; --help has all options',
  help: () => HELP,
  async run(args: readonly string[]): Promise<void> {
    const { values, action } = parsed(args);
    if (values.token === undefined) throw usageError('A token is needed');
    const service = new ServiceClient({ url: values.url, token: values.token });
    if (action === 'list') await list(service, values);
    else await replay(service, values);
  },
};

const HELP = `Usage: assay dead-letters list --token T [options]
       assay dead-letters replay --token T (--all | which) [options]

Shows the events that were not taken, newest first, as they are kept for 30 days; or sends them to the service again, once
what was wrong is mended. Events are told by their ids: one that is sent twice counts once, so a replay may be repeated.

Which:
  --code C                   rejected for this reason, such as invalid-unit
  --sender S                 brought by this token (token:<id>) or from this topic (kafka:<topic>)
  --partition P --offset O   from this message of the topic
  --since T, --until T       received from T on, or before T (RFC 3339, such as 2026-03-01T09:30:00Z)
  --id I                     this one; may be given several times
  --all                      all of them (replay only)

Options:
  --url U        the service, with the role collect (${DEFAULT_URL})
  --token T      with the scope results:read, and for a replay events:write
  --limit N      list: so many (20)
  --json         list: one JSON object a line; replay: the outcome as JSON
  --dry-run      replay: says what would be taken and sends nothing
  --sources F    replay: the file of KAFKA_SOURCES, by which other producers' events are read`;

type Values = ReturnType<typeof parsed>['values'];

function parsed(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
    const [action, ...more] = positionals;
    if ((action === 'list' || action === 'replay') && more.length === 0) return { values, action };
  } catch {
    // Node's own sentences are about its parser.
  }
  throw usageError(`"${args.join(' ')}" is not understood`);
}

function usageError(what: string): AppError {
  return new AppError(
    'bad-request',
    `${what}: assay ${USAGE}; \`assay dead-letters --help\` shows all options.`,
  );
}

async function list(service: ServiceClient, values: Values): Promise<void> {
  const limit = Number(values.limit);
  if (!Number.isSafeInteger(limit) || limit < 1) throw usageError('--limit must be a whole number from 1 on');
  const columns = process.stdout.columns || 120;
  let shown = 0;
  for (const filter of filtersOf(values)) {
    if (shown === limit) break;
    for await (const event of deadLettersOf(service, filter, limit - shown)) {
      console.log(values.json ? JSON.stringify(event) : describeDeadLetter(event, columns));
      shown += 1;
    }
  }
  if (values.json) return;
  if (shown === 0) console.log('There are none.');
  else if (shown === limit) console.log(`These are the newest ${shown}; --limit shows more.`);
}

async function replay(service: ServiceClient, values: Values): Promise<void> {
  const filters = filtersOf(values);
  const selected = filters.some((filter) => Object.keys(filter).length > 0);
  if (selected === values.all) throw usageError('Either --all, or which events are sent again, must be said');
  const dryRun = values['dry-run'];
  const sources = values.sources === undefined ? [] : readKafkaSources(textOf(values.sources));
  const events = async function* () {
    for (const filter of filters) yield* deadLettersOf(service, filter);
  };
  const outcome = await replayDeadLetters(events(), { service, dryRun, sources });
  console.log(values.json ? JSON.stringify({ dryRun, ...outcome }) : describeOutcome(outcome, dryRun));
}

/** One a request. */
function filtersOf({ id, code, sender, partition, offset, since, until }: Values): DeadLetterFilter[] {
  const given = Object.entries({ code, sender, partition, offset, since, until });
  const filter = Object.fromEntries(
    given.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  return id === undefined ? [filter] : id.map((each) => ({ ...filter, id: each }));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new AppError(
      'bad-request',
      `--sources names a file that cannot be read: ${(cause as Error).message}.`,
      {
        cause,
      },
    );
  }
}

function describeOutcome(
  { events, accepted, duplicates, rejected, leftOut }: ReplayOutcome,
  dryRun: boolean,
): string {
  const known = dryRun ? '' : `, ${duplicates} known already`;
  return [
    `${events} events: ${accepted} ${dryRun ? 'would be ' : ''}accepted${known}, ${rejected.count} ${dryRun ? 'would be ' : ''}rejected again, ${leftOut.count} left out`,
    ...describeTally('Rejected again', rejected),
    ...describeTally('Left out', leftOut),
  ].join('\n');
}

function describeTally(title: string, { count, byReason, first }: Tally): string[] {
  if (count === 0) return [];
  const reasons = Object.entries(byReason).map(([reason, n]) => `${n} ${reason}`);
  const shown = first
    .slice(0, SHOWN)
    .map(({ id, reason, detail }) => `  ${id}  ${reason}: ${printable(detail)}`);
  const more = count > SHOWN ? [`  … and ${count - SHOWN} more`] : [];
  return [`${title}: ${reasons.join(', ')}`, ...shown, ...more];
}
