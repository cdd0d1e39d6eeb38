const DIGITS = 12;
const UNITS = 1_000_000;

/**
 * A request body whose events get new ids and units each time, by writing digits into one buffer: the load generator
 * shares the machine with the service and must cost little.
 */
export class Body {
  readonly #buffer: Buffer;
  /** Where the digits of the events' ids and units are. */
  readonly #ids: readonly number[];
  readonly #units: readonly number[];

  /** `run` (8 hexadecimal digits) makes the ids of two runs differ. */
  constructor(events: number, run: string, ts: Date) {
    const texts = Array.from({ length: events }, (_, i) => eventText(i, run, ts));
    this.#buffer = Buffer.from(`[${texts.join(',')}]`);
    this.#ids = positions(this.#buffer, `${run}-0000-7000-8000-`);
    this.#units = positions(this.#buffer, '"user-');
  }

  /** The body with ids from `first` on; valid until the next call. */
  fill(first: number): Buffer {
    for (const [i, at] of this.#ids.entries()) this.#write(at, first + i);
    for (const [i, at] of this.#units.entries()) this.#write(at, ((first + i) * 7919) % UNITS);
    return this.#buffer;
  }

  #write(at: number, value: number): void {
    let rest = value;
    for (let i = at + DIGITS - 1; i >= at; i--) {
      this.#buffer[i] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
  }
}

/** About 280 bytes; three conversions for each impression. */
function eventText(i: number, run: string, ts: Date): string {
  const common = {
    id: `${run}-0000-7000-8000-${'0'.repeat(DIGITS)}`,
    ts: new Date(ts.getTime() - i * 1000).toISOString(),
    environment: 'production',
    unit: { type: 'user', id: `user-${'0'.repeat(DIGITS)}` },
    attributes: { country: 'DE', device: 'mobile', plan: 'premium' },
  };
  return JSON.stringify(
    i % 4 === 0
      ? {
          ...common,
          type: 'impression',
          flag: 'checkout-v2',
          variant: i % 8 === 0 ? 'control' : 'treatment',
          reason: 'split',
        }
      : { ...common, type: 'conversion', name: 'purchase', value: (i % 97) + 0.25 },
  );
}

/** Behind each occurrence of the text. */
function positions(buffer: Buffer, text: string): number[] {
  const found: number[] = [];
  for (let at = buffer.indexOf(text); at >= 0; at = buffer.indexOf(text, at + 1))
    found.push(at + text.length);
  return found;
}
