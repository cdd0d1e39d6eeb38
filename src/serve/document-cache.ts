import { createHash } from 'node:crypto';

/** A document as it goes over the wire, with the strong ETag of exactly these bytes. */
export interface ServedDocument {
  readonly body: Buffer;
  readonly etag: string;
}

/** Bytes and their ETag. */
export function servedDocument(text: string): ServedDocument {
  const body = Buffer.from(text, 'utf8');
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 27);
  return { body, etag: `"${hash}"` };
}

/** What an entry costs beside its bytes. */
const OVERHEAD_BYTES = 512;

/** Documents that never change, by id: the least recently used leave when their bytes exceed the bound. */
export class DocumentCache {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, ServedDocument>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(id: string): ServedDocument | undefined {
    const found = this.#entries.get(id);
    if (found === undefined) return undefined;
    // A Map iterates in the order of insertion, so the last used is the last inserted.
    this.#entries.delete(id);
    this.#entries.set(id, found);
    return found;
  }

  /** Keeps the document, unless it alone is larger than the bound. */
  set(id: string, document: ServedDocument): void {
    this.#remove(id);
    if (document.body.length + OVERHEAD_BYTES > this.#maxBytes) return;
    this.#entries.set(id, document);
    this.#bytes += document.body.length + OVERHEAD_BYTES;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(id: string): void {
    const found = this.#entries.get(id);
    if (found === undefined) return;
    this.#entries.delete(id);
    this.#bytes -= found.body.length + OVERHEAD_BYTES;
  }
}
