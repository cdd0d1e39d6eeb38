// ClickHouse's HTTP interface over the embedded engine, in a process of its own: node server-process.ts <directory> <port>
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Session, type StreamChunk } from 'chdb';
import { exceptionTrailer, toException } from './exception.ts';
import { readRequest, type ServerRequest } from './request.ts';

const [directory = '', port = '0'] = process.argv.slice(2);
const anchor = new Session(directory);

const server = createServer((request, response) => {
  const path = new URL(request.url ?? '/', 'http://server').pathname;
  if (path === '/ping' || (path === '/' && request.method === 'GET' && !request.url?.includes('query='))) {
    response.end('Ok.\n');
    return;
  }
  readRequest(request)
    .then((statement) => answer(statement, response))
    .catch((error: unknown) => {
      if (!response.headersSent) fail(response, error);
      else response.destroy();
    });
});

// Every request is a session of its own, as on a server without session_id.
async function answer(statement: ServerRequest, response: ServerResponse): Promise<void> {
  const session = new Session(directory);
  const tag = randomBytes(8).toString('hex');
  response.setHeader('X-ClickHouse-Query-Id', statement.queryId ?? randomUUID());
  response.setHeader('X-ClickHouse-Format', statement.format);
  response.setHeader('X-ClickHouse-Exception-Tag', tag);
  try {
    if (statement.database !== null)
      await session.queryAsync(`USE \`${statement.database.replaceAll('`', '')}\``);
    const assignments = [...statement.settings, ...statement.params].map(
      ([name, value]) => `${name} = ${quoted(value)}`,
    );
    if (assignments.length > 0) await session.queryAsync(`SET ${assignments.join(', ')}`);
    if (/^\s*(--[^\n]*\n\s*)*(SELECT|WITH|SHOW|DESCRIBE|EXISTS|EXPLAIN)\b/i.test(statement.sql))
      await streamRows(session, statement, response, tag);
    else
      response.end(
        Buffer.from((await session.queryAsync(statement.sql, { format: statement.format })).bytes()),
      );
  } catch (error) {
    if (response.headersSent) throw error;
    fail(response, error);
  } finally {
    session.close();
  }
}

async function streamRows(session: Session, statement: ServerRequest, response: ServerResponse, tag: string) {
  const stream = session.queryStream(statement.sql, { format: statement.format });
  const chunks = stream[Symbol.asyncIterator]();
  // ClickHouse answers with an error status where nothing was sent yet.
  const first = await chunks.next();
  const body = Readable.from(bytes(first, chunks, tag), { objectMode: false });
  try {
    if (statement.gzip) {
      response.setHeader('Content-Encoding', 'gzip');
      await pipeline(body, createGzip({ level: 1 }), response);
    } else {
      await pipeline(body, response);
    }
  } finally {
    // A client that went away cancels its query.
    stream.cancel();
  }
}

async function* bytes(first: IteratorResult<StreamChunk>, rest: AsyncIterator<StreamChunk>, tag: string) {
  try {
    for (let chunk = first; chunk.done !== true; chunk = await rest.next())
      yield Buffer.from(chunk.value.raw());
  } catch (error) {
    yield Buffer.from(exceptionTrailer(toException(error), tag));
  }
}

function fail(response: ServerResponse, error: unknown): void {
  const exception = toException(error);
  response.statusCode = exception.status;
  response.setHeader('X-ClickHouse-Exception-Code', String(exception.code));
  response.end(exception.text);
}

function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function leave(): void {
  server.closeAllConnections();
  server.close();
  anchor.close();
  // The engine's threads would hold up an ordinary exit.
  process.kill(process.pid, 'SIGKILL');
}

process.on('SIGTERM', leave);
// The parent is gone when its end of the pipe closes.
process.stdin.on('end', leave).resume();
server.keepAliveTimeout = 10_000;
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`listening ${(server.address() as AddressInfo).port}\n`);
});
