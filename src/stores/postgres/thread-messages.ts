/** What the thread that runs PGlite is asked. */
export type Asked =
  | { readonly kind: 'statement'; readonly text: string; readonly params: readonly unknown[] }
  | { readonly kind: 'close' };

/** What it tells: `open` or `refused` once, then one of the others for everything it is asked, and notifications. */
export type Told =
  | { readonly kind: 'open' }
  | { readonly kind: 'refused'; readonly why: string }
  | {
      readonly kind: 'result';
      readonly rows: Record<string, unknown>[];
      readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
      readonly rowCount: number | null;
      readonly command: string;
      readonly inTransaction: boolean;
    }
  | {
      readonly kind: 'error';
      readonly error: Readonly<Record<string, unknown>>;
      readonly inTransaction: boolean;
    }
  | { readonly kind: 'notification'; readonly channel: string; readonly payload: string }
  | { readonly kind: 'closed' };
