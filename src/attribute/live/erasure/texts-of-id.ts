/** A part of a word, beside which an id is part of a longer one. */
const WORD = String.raw`[\p{L}\p{N}_-]`;

/** How an id may stand in the bytes of an event: as it is, and with the escapes that writers of JSON use. */
export function textsOfId(id: string): string[] {
  const json = JSON.stringify(id).slice(1, -1);
  const ascii = (digits: (hex: string) => string) =>
    json.replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${digits(unit.charCodeAt(0).toString(16).padStart(4, '0'))}`,
    );
  const texts = [json, ascii((hex) => hex), ascii((hex) => hex.toUpperCase())];
  return [...new Set([id, ...texts, ...texts.map((text) => text.replaceAll('/', String.raw`\/`))])];
}

/** Tells whether a text has one of these somewhere, not as a part of a longer word. */
export function mentionOf(texts: readonly string[]): (text: string) => boolean {
  const any = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`)).join('|');
  const pattern = new RegExp(`(?<!${WORD})(?:${any})(?!${WORD})`, 'u');
  return (text) => pattern.test(text);
}
