const QUOTE = '"';
const BACKSLASH = '\\';
/** No text: half a surrogate pair. Stands for every key that only an escape can write, none of which names anything. */
const NO_NAME = '"\ud800"';

/**
 * As JSON.parse, but with the keys that were sent: V8 may take a key with an escape for another one that it saw before
 * (nodejs/node#63785: after `{"\\":0}` it reads `{"\"":0}` as `{"\\":0}`), so one producer's attributes could rename
 * another's. Escaped keys are written plainly before it sees them; those that cannot be become half a surrogate pair.
 * @throws SyntaxError where the text is not JSON.
 */
export function parseJson(text: string): unknown {
  return JSON.parse(text.includes(BACKSLASH) ? withPlainKeys(text) : text);
}

function withPlainKeys(text: string): string {
  let plain = '';
  let copied = 0;
  for (let open = text.indexOf(QUOTE); open >= 0; ) {
    const { end, escaped } = stringAt(text, open);
    if (escaped && isKey(text, end)) {
      plain += text.slice(copied, open) + plainKey(text.slice(open, end));
      copied = end;
    }
    open = text.indexOf(QUOTE, end);
  }
  return copied === 0 ? text : plain + text.slice(copied);
}

/** Where the string that opens here ends (behind its closing quote), and whether anything in it is escaped. */
function stringAt(text: string, open: number): { readonly end: number; readonly escaped: boolean } {
  let escaped = false;
  for (let i = open + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) return { end: i + 1, escaped };
    if (c === 0x5c) {
      escaped = true;
      i += 1;
    }
  }
  return { end: text.length, escaped };
}

function isKey(text: string, end: number): boolean {
  let i = end;
  while (' \t\r\n'.includes(text.charAt(i)) && i < text.length) i += 1;
  return text.charAt(i) === ':';
}

function plainKey(escaped: string): string {
  let key: string;
  try {
    key = String(JSON.parse(escaped));
  } catch {
    // Then the whole text is not JSON either, and JSON.parse says why.
    return escaped;
  }
  return JSON.stringify(key) === `"${key}"` ? `"${key}"` : NO_NAME;
}
