import type { IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';

/** One request to ClickHouse's HTTP interface, taken apart. */
export interface ServerRequest {
  /** Of the address and the body: what a statement or its data is. */
  readonly sql: string;
  readonly database: string | null;
  readonly format: string;
  readonly queryId: string | null;
  readonly settings: ReadonlyMap<string, string>;
  /** As sent: already in the escaped text form that the engine parses. */
  readonly params: ReadonlyMap<string, string>;
  readonly gzip: boolean;
}

// Parameters of the interface itself and settings of its HTTP layer, which the engine does not know.
const ofTheInterface =
  /^(query|database|default_format|query_id|user|password|role|quota_key|session_id|session_timeout|session_check|close_session|compress|decompress|buffer_size|wait_end_of_query|stacktrace|client_protocol_version|enable_http_compression|send_progress_in_http_headers|http_.*|cancel_http_readonly_queries_on_client_close)$/;

/** Reads the whole body, as ClickHouse appends it to the query of the address. */
export async function readRequest(request: IncomingMessage): Promise<ServerRequest> {
  const { searchParams } = new URL(request.url ?? '/', 'http://server');
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString('utf8');
  const query = searchParams.get('query');
  const entries = [...searchParams];
  return {
    sql: query === null ? body : body === '' ? query : `${query}\n${body}`,
    database: searchParams.get('database'),
    format: searchParams.get('default_format') ?? 'TabSeparated',
    queryId: searchParams.get('query_id'),
    settings: new Map(entries.filter(([name]) => !ofTheInterface.test(name) && !name.startsWith('param_'))),
    params: new Map(entries.filter(([name]) => name.startsWith('param_'))),
    gzip:
      searchParams.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')),
  };
}
