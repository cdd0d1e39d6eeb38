import { connect, type Socket } from 'node:net';

/** What one answer was. */
export interface Answer {
  readonly status: number;
  readonly bytes: number;
}

/**
 * One keep-alive client that asks for one address again and again. It reads no more of an answer than its status and
 * length, so that the load generator takes little of the processors it shares with the service.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #request: Buffer;
  #pending: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null;
  #head = '';
  #missing = -1;
  #answer: Answer = { status: 0, bytes: 0 };

  private constructor(socket: Socket, request: Buffer) {
    this.#socket = socket;
    this.#request = request;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#pending?.reject(error));
    socket.on('close', () => this.#pending?.reject(new Error('the service closed the connection')));
  }

  static open(url: URL, headers: Readonly<Record<string, string>>): Promise<Connection> {
    const lines = Object.entries({ host: url.host, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const request = Buffer.from(`GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`);
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: url.hostname,
        port: Number(url.port === '' ? 80 : url.port),
        noDelay: true,
      });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket, request));
      });
    });
  }

  ask(): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
      this.#socket.write(this.#request);
    });
  }

  close(): void {
    this.#pending = null;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    if (this.#missing >= 0) {
      this.#missing -= chunk.length;
    } else {
      this.#head += chunk.toString('latin1');
      const end = this.#head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const head = this.#head.slice(0, end);
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
      this.#answer = { status: Number(head.slice(9, 12)), bytes: length };
      this.#missing = length - (this.#head.length - end - 4);
    }
    if (this.#missing > 0) return;
    this.#missing = -1;
    this.#head = '';
    const waiting = this.#pending;
    this.#pending = null;
    waiting?.resolve(this.#answer);
  }
}
