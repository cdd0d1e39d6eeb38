/** Where people read what the service does at start; a log file gets whole lines, a terminal a bar that moves. */
export interface Terminal {
  line(text?: string): void;
  /** Shows how far something is; the last call of a bar has done = total. */
  progress(label: string, done: number, total: number): void;
}

const BAR_WIDTH = 28;

/** Without a terminal a bar is one line per so many parts of the whole. */
const LINES_PER_BAR = 4;

export function bar(label: string, done: number, total: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR_WIDTH);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `  ${label.padEnd(11)}[${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}] ${percent} %`;
}

/** Writes to a stream such as `process.stdout`. */
export function createTerminal(stream: NodeJS.WriteStream): Terminal {
  let shownPart = -1;
  return {
    line: (text = '') => void stream.write(`${text}\n`),
    progress(label, done, total) {
      const text = bar(label, done, total);
      const ended = done >= total;
      if (stream.isTTY) {
        stream.write(`\r${text}${ended ? '\n' : ''}`);
        return;
      }
      const part = Math.floor((LINES_PER_BAR * done) / Math.max(total, 1));
      if (part !== shownPart) stream.write(`${text}\n`);
      shownPart = ended ? -1 : part;
    },
  };
}
