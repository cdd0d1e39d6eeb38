import type { EventsRequest } from '../../src/collect/events-request.ts';
import { NOW } from '../events/samples.ts';

/** A request whose body is a JSON array of these events; other fields as given. */
export function jsonRequest(events: unknown, fields: Partial<EventsRequest> = {}): EventsRequest {
  return {
    body: Buffer.from(JSON.stringify(events)),
    contentType: 'application/json',
    contentEncoding: undefined,
    sender: 'token:test',
    now: NOW,
    ...fields,
  };
}

/** A request of NDJSON lines as they are. */
export function linesRequest(lines: string | Buffer, fields: Partial<EventsRequest> = {}): EventsRequest {
  return jsonRequest([], { body: Buffer.from(lines), contentType: 'application/x-ndjson', ...fields });
}
