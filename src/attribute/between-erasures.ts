import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../errors.ts';
import type { PostgresRunner } from '../stores/postgres/index.ts';
import { loadSql } from '../stores/sql-file.ts';

const MARK = loadSql(new URL('./erasure-mark.sql', import.meta.url));

/** Batches are a minute apart, and a question of raw rows seldom takes so long. */
const MOST_TRIES = 3;
const LOOK_EVERY_MS = 200;
const MOST_LOOKS = 100;

interface Mark {
  readonly under_way: boolean;
  readonly last: number;
}

/**
 * What some questions of raw rows give together, all of them before or all of them after units are erased.
 * @throws AppError `unavailable` where units are being erased for long, or again and again.
 */
export async function betweenErasures<T>(postgres: PostgresRunner, work: () => Promise<T>): Promise<T> {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await whenNoneIs(postgres);
    const result = await work();
    const after = await readMark(postgres);
    if (!after.under_way && after.last === before.last) return result;
  }
  throw beingErased();
}

async function whenNoneIs(postgres: PostgresRunner): Promise<Mark> {
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const mark = await readMark(postgres);
    if (!mark.under_way) return mark;
    await pause(LOOK_EVERY_MS);
  }
  throw beingErased();
}

async function readMark(postgres: PostgresRunner): Promise<Mark> {
  const [mark] = await postgres.query<Mark>(MARK);
  if (mark === undefined)
    throw new AppError('internal', 'Postgres did not tell whether units are being erased.');
  return mark;
}

function beingErased(): AppError {
  return new AppError('unavailable', 'Units are being erased, so that events cannot be read; try again.', {
    retryAfterSeconds: 10,
  });
}
