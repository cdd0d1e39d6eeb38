/** A column of a fixed-width table; the least important ones give way on a narrow terminal. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** 0 never gives way; the highest goes first. */
  readonly expendable: number;
}

/** A cell's text, and how to dress it once it is padded (colour has no width). */
export interface Cell {
  readonly text: string;
  readonly dress?: (padded: string) => string;
}

const GAP = '  ';

function widthsOf(rows: readonly (readonly Cell[])[], columns: readonly TableColumn[]): number[] {
  return columns.map((column, index) =>
    Math.max(column.title.length, ...rows.map((row) => row[index]?.text.length ?? 0)),
  );
}

function pad(text: string, width: number, align: TableColumn['align']): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}

/** Lines of a table with a rule under its titles, at most `width` characters wide as long as columns can give way. */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  width: number,
): string[] {
  const widths = widthsOf(rows, columns);
  const shown = columns.map((_, index) => index);
  const total = () =>
    shown.reduce((sum, index) => sum + (widths[index] ?? 0), 0) + GAP.length * (shown.length - 1);
  const expendable = columns
    .map((column, index) => ({ index, rank: column.expendable }))
    .filter(({ rank }) => rank > 0)
    .sort((first, second) => second.rank - first.rank);
  for (const { index } of expendable) {
    if (total() <= width) break;
    shown.splice(shown.indexOf(index), 1);
  }
  const line = (cells: readonly (Cell | undefined)[]) =>
    shown
      .map((index) => {
        const cell = cells[index];
        const padded = pad(cell?.text ?? '', widths[index] ?? 0, columns[index]?.align ?? 'left');
        return cell?.dress === undefined ? padded : cell.dress(padded);
      })
      .join(GAP)
      .trimEnd();
  return [
    line(columns.map((column) => ({ text: column.title }))),
    '─'.repeat(Math.min(total(), Math.max(width, 1))),
    ...rows.map(line),
  ];
}
