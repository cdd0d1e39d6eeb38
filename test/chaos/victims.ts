import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as timeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LaunchedService, launchService } from '../../scripts/run-service.ts';

export type VictimKind = 'producer' | 'collector' | 'ingester' | 'broker' | 'engine' | 'postgres';

/** A process that chaos may do harm to. */
export interface Victim {
  readonly name: string;
  readonly kind: VictimKind;
  /** SIGKILL; back only by `start`. */
  kill(): Promise<void>;
  /** Brings it up, again and again until it stays; resolves once it is ready. */
  start(): Promise<void>;
  /** SIGSTOP and SIGCONT, where a process can be stopped by itself. */
  readonly pausing: { pause(): void; resume(): void } | null;
  /** SIGTERM, where that means to finish first: the exit code (null where a signal ended it) and how long it took. */
  readonly terminate: (() => Promise<Exit>) | null;
  /** Undefined while it is down. */
  pid(): number | undefined;
}

export interface Exit {
  readonly code: number | null;
  readonly seconds: number;
}

export interface ServiceVictimOptions {
  readonly name: string;
  readonly kind: VictimKind;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
  /** Told of an end that nobody asked for; it is started again all the same. */
  readonly onUnexpectedEnd: (what: string) => void;
}

const START_AGAIN_MS = 500;

/** The compiled service in a process of its own, looked after as by a supervisor: what ends is started again. */
export class ServiceVictim implements Victim {
  readonly name: string;
  readonly kind: VictimKind;
  readonly #options: ServiceVictimOptions;
  #launched: LaunchedService | null = null;
  #wanted = false;

  constructor(options: ServiceVictimOptions) {
    this.#options = options;
    this.name = options.name;
    this.kind = options.kind;
  }

  readonly pausing = {
    pause: () => void this.#launched?.process.kill('SIGSTOP'),
    resume: () => void this.#launched?.process.kill('SIGCONT'),
  };

  readonly terminate = async (): Promise<Exit> => {
    const startedAt = performance.now();
    const code = await this.#end('SIGTERM');
    return { code, seconds: (performance.now() - startedAt) / 1000 };
  };

  pid(): number | undefined {
    return this.#launched?.process.pid;
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async start(): Promise<void> {
    this.#wanted = true;
    while (this.#wanted) {
      const launched = launchService({ dataDirectory: this.#options.directory, env: this.#options.env });
      this.#launched = launched;
      void launched.ended.then((code) => this.#ended(launched, code));
      try {
        await launched.waitFor(/ready\s+(http:\S+)/);
        return;
      } catch {
        // What it needs may be down just now.
        await timeout(START_AGAIN_MS);
      }
    }
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.#wanted = false;
    const launched = this.#launched;
    if (launched === null) return null;
    launched.process.kill(signal);
    return launched.ended;
  }

  #ended(launched: LaunchedService, code: number | null): void {
    const output = launched.output();
    const log = join(this.#options.directory, `${this.name}.log`);
    appendFileSync(log, `${output}\n--- ended with ${code ?? launched.process.signalCode}\n`);
    if (this.#launched === launched) this.#launched = null;
    if (!this.#wanted || !/ready\s+http:/.test(output)) return;
    this.#options.onUnexpectedEnd(`${this.name} ended by itself with ${code}: ${output.slice(-500)}`);
    void this.start();
  }
}

/** A script of this directory in a process of its own. */
export class ScriptVictim implements Victim {
  readonly name: string;
  readonly kind = 'producer';
  readonly #script: string;
  readonly #settings: object;
  readonly #log: string;
  #child: ChildProcess | null = null;

  constructor(name: string, script: string, settings: object, directory: string) {
    this.name = name;
    this.#script = fileURLToPath(new URL(script, import.meta.url));
    this.#settings = settings;
    this.#log = join(directory, `${name}.log`);
  }

  readonly pausing = {
    pause: () => void this.#child?.kill('SIGSTOP'),
    resume: () => void this.#child?.kill('SIGCONT'),
  };

  readonly terminate = async (): Promise<Exit> => {
    const startedAt = performance.now();
    const code = await this.#end('SIGTERM');
    return { code, seconds: (performance.now() - startedAt) / 1000 };
  };

  pid(): number | undefined {
    return this.#child?.pid;
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async start(): Promise<void> {
    const output = openSync(this.#log, 'a');
    const child = spawn(process.execPath, [this.#script, JSON.stringify(this.#settings)], {
      stdio: ['ignore', output, output],
    });
    closeSync(output);
    this.#child = child;
    const leave = () => void child.kill('SIGKILL');
    process.once('exit', leave);
    child.once('exit', () => process.off('exit', leave));
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#child;
    if (child === null) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
    return child.exitCode;
  }
}
