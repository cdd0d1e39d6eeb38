/** The rows of JSONEachRow output that holds whole lines. */
export function parseRows<Row>(lines: string): Row[] {
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
}

/** One line; what is no JSON is an engine's message that came amid the rows, and is thrown as such. */
export function parseRow<Row>(line: string): Row {
  try {
    return JSON.parse(line) as Row;
  } catch {
    throw new Error(line);
  }
}
