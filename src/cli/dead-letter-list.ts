import type { RejectedEvent } from '../collect/index.ts';
import type { ServiceClient } from './service-client.ts';

/** Which rejected events; the API's own filters. */
export type DeadLetterFilter = Readonly<
  Partial<Record<'id' | 'code' | 'sender' | 'partition' | 'offset' | 'since' | 'until', string>>
>;

const PAGE = 100;

/** The rejected events of a filter, newest first, page by page as they are asked for. */
export async function* deadLetters(
  service: ServiceClient,
  filter: DeadLetterFilter,
  limit = Number.POSITIVE_INFINITY,
): AsyncGenerator<RejectedEvent> {
  let left = limit;
  let cursor: string | null = null;
  do {
    const page = (await service.get('events/rejected', {
      ...filter,
      limit: String(Math.min(left, PAGE)),
      ...(cursor === null ? {} : { cursor }),
    })) as { items: readonly RejectedEvent[]; nextCursor: string | null };
    yield* page.items;
    left -= page.items.length;
    cursor = page.nextCursor;
  } while (cursor !== null && left > 0);
}

/** A rejected event for people, in three lines no wider than the terminal. */
export function describeDeadLetter(event: RejectedEvent, columns: number): string {
  const { id, receivedAt, code, detail, raw, rawBase64, rawBytes } = event;
  const bytes = raw === null ? `no text, in base64: ${rawBase64}` : raw;
  return [
    `${receivedAt}  ${code}  ${placeOf(event)}  ${id}`,
    cut(`  ${printable(detail)}`, columns),
    `${cut(`  ${printable(bytes)}`, columns - 16)}  (${rawBytes} bytes)`,
  ].join('\n');
}

/** Whose it was and where it stood. */
function placeOf({ sender, source, partition, offset, index }: RejectedEvent): string {
  const where = source.startsWith('kafka:') ? `, partition ${partition}, offset ${offset}` : '';
  return `${printable(sender)}${where}, index ${index}`;
}

function cut(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(columns, 20) - 1).join('')}…`;
}

/** Producers wrote it: what would move a terminal's cursor, colour it or turn its text around is shown as an escape. */
export function printable(text: string): string {
  return text.replaceAll(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
