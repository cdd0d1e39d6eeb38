/** What the engine said, as ClickHouse's HTTP interface says it. */
export interface ServerException {
  readonly code: number;
  readonly status: number;
  readonly text: string;
}

const statusByCode: Readonly<Record<number, number>> = {
  36: 400,
  43: 400,
  46: 404,
  47: 404,
  60: 404,
  62: 400,
  81: 404,
  159: 408,
  202: 503,
  456: 400,
};

/** Follows causes to the one that carries ClickHouse's code. */
export function toException(error: unknown): ServerException {
  for (let e = error; e instanceof Error; e = e.cause) {
    const code = Number(/^Code: (\d+)\./.exec(e.message)?.[1] ?? Number.NaN);
    if (!Number.isNaN(code)) {
      const text = `${e.message.trim()} (version 26.7.2.1 (official build))\n`;
      return { code, status: statusByCode[code] ?? 500, text };
    }
  }
  const text = `Code: 1002. DB::Exception: ${String(error)}. (UNKNOWN_EXCEPTION)\n`;
  return { code: 1002, status: 500, text };
}

/** How servers since 25.11 end a response that fails after its first bytes. */
export function exceptionTrailer(exception: ServerException, tag: string): string {
  const { text } = exception;
  return `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
}
