import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { DecideLoopOptions } from '../../src/decide/decide-loop.ts';
import { DecideLoop, type Decision } from '../../src/decide/index.ts';
import { TestClock } from '../access/fixture.ts';

const logger = pino({ level: 'silent' });
const START = '2026-03-01T00:00:00Z';
type Evaluation = Awaited<ReturnType<DecideLoopOptions['decider']['evaluate']>>;
type Beats = Parameters<DecideLoopOptions['beat']>;

const guardedOf = (key: string, revision = 1) => ({
  key,
  environment: 'production',
  flag: `flag-${key}`,
  revision,
});

/** What is decided on by data up to a moment. */
function evaluation(through: Date, changes: Partial<Evaluation> & { stale?: boolean } = {}): Evaluation {
  const { stale = false, ...rest } = changes;
  const decision = {
    ...{ verdict: stale ? 'stale' : 'pass', override: null, dataThrough: through.toISOString() },
    renewal: { seconds: 30, dataSeconds: stale ? null : 300 },
  };
  return {
    decisions: [decision as Decision],
    ...{ looked: true, dueAt: null, policy: { validForSeconds: 30, staleAfterSeconds: 300 } },
    ...rest,
  };
}

/** A loop over experiments that only notes what it is asked to decide on; it turns at once when it is to tick. */
function loopOf(guarded: readonly ReturnType<typeof guardedOf>[], options: Partial<Evaluating> = {}) {
  const clock = new TestClock(START);
  const asked: string[] = [];
  const failed: boolean[] = [];
  const beats: Beats[] = [];
  const ended: string[] = [];
  let elapsed = 0;
  let news = Promise.withResolvers<void>();
  const tell = () => {
    news.resolve();
    news = Promise.withResolvers();
  };
  const world = {
    guarded: [...guarded],
    unwatched: [] as ReturnType<typeof guardedOf>[],
    words: [] as ReturnType<typeof guardedOf>[],
    progress: new Map(),
    evaluate: (_: string): Evaluation => evaluation(clock.now()),
    ...options,
  };
  const loop = new DecideLoop({
    ...{ logger, now: clock.now, guarded: async () => world.guarded },
    unwatched: async () => world.unwatched.splice(0),
    endedWords: async () => world.words.splice(0),
    progress: () => world.progress,
    // Each beat is another second, so that there is one a turn.
    elapsed: () => (elapsed += 1000),
    beat: async (...told) => {
      beats.push(told);
      tell();
    },
    decider: {
      readAhead: async () => new Map(),
      hasSeen: () => false,
      evaluate: async (experiment) => {
        asked.push(experiment);
        const made = world.evaluate(experiment);
        return made;
      },
      age: async (experiment) => {
        asked.push(`age of ${experiment}`);
        return evaluation(new Date(START), { stale: true, looked: false });
      },
      end: async (experiment) => {
        ended.push(experiment);
        return [];
      },
      ...options.decider,
    },
    evaluated: (outcome) => void failed.push(outcome.failed),
  });
  const until = async (done: () => boolean) => {
    while (!done()) await news.promise;
  };
  /** The next turn, and the end of it. */
  const turn = async (times = 1) => {
    const before = beats.length;
    loop.touched([]);
    await until(() => beats.length >= before + times);
  };
  return { loop, clock, asked, failed, beats, ended, world, until, turn };
}

interface Evaluating {
  readonly evaluate: (experiment: string) => Evaluation;
  readonly decider: Partial<DecideLoopOptions['decider']>;
}

const excepted = ([beats]: Beats) => beats.map(({ excepted: flags }) => flags);

describe('the loop', () => {
  it('decides on every experiment at its start, whatever becomes of the others, and tries what failed again', async () => {
    const { loop, asked, failed, until } = loopOf([guardedOf('broken'), guardedOf('well')], {
      evaluate: (experiment) => {
        if (experiment === 'broken') throw new Error('a store is away');
        return evaluation(new Date(START));
      },
    });
    loop.start();
    await until(() => asked.filter((one) => one === 'broken').length === 2);
    await loop.stop();
    expect(asked.slice(0, 3)).toEqual(['broken', 'well', 'broken']);
    expect(failed.slice(0, 2)).toEqual([true, false]);
  });

  it('decides at once on what was touched, and on nothing else, however much time passes', async () => {
    const { loop, clock, asked, turn, world } = loopOf([guardedOf('one'), guardedOf('other')]);
    loop.start();
    await turn();
    loop.touched(['other', 'nobody']);
    await turn();
    expect(asked).toEqual(['one', 'other', 'other']);
    for (let hour = 0; hour < 24; hour += 1) {
      clock.advance(3_600_000);
      loop.reached(clock.now());
      await turn();
    }
    expect(asked).toHaveLength(3);
    world.guarded = [guardedOf('one', 2), guardedOf('other')];
    await turn();
    await loop.stop();
    expect(asked).toEqual(['one', 'other', 'other', 'one']);
  });

  it('passes over what was touched and has not changed, until time alone calls for it', async () => {
    const read: string[][] = [];
    const reading = (key: string) => ({ plan: { key } }) as never;
    const { loop, clock, asked, turn, world } = loopOf([guardedOf('same'), guardedOf('other')], {
      decider: {
        readAhead: async (experiments) => {
          read.push([...experiments]);
          return new Map(experiments.map((key) => [key, reading(key)]));
        },
        hasSeen: ({ plan }) => plan.key === 'same',
      },
    });
    world.evaluate = () => evaluation(clock.now(), { dueAt: Date.parse(START) + 10_000 });
    loop.start();
    await turn();
    loop.touched(['same', 'other']);
    await turn();
    expect(asked).toEqual(['same', 'other', 'other']);
    clock.advance(10_000);
    world.evaluate = () => evaluation(clock.now());
    await turn();
    await loop.stop();
    expect(asked).toEqual(['same', 'other', 'other', 'same', 'other']);
    expect(read.slice(0, 2)).toEqual([
      ['same', 'other'],
      ['same', 'other'],
    ]);
  });

  it('asks one by one where they cannot be read together, and leaves the rest where all fails', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const { loop, asked, turn, world } = loopOf(
      keys.map((key) => guardedOf(key)),
      {
        decider: { readAhead: () => Promise.reject(new Error('one plan is broken')) },
      },
    );
    loop.start();
    await turn();
    expect(asked).toEqual(keys);
    world.evaluate = () => {
      throw new Error('a store is away');
    };
    loop.touched(keys);
    await turn();
    await loop.stop();
    expect(asked.slice(5, 8)).toEqual(['a', 'b', 'c']);
    expect(asked[8] ?? 'd').toBe('d');
  });

  it('takes what only time calls for by so many at a time, after what was touched', async () => {
    const many = Array.from({ length: 120 }, (_, n) => guardedOf(`e${String(n).padStart(3, '0')}`));
    const { loop, clock, asked, turn, world, beats } = loopOf(many);
    world.evaluate = () => evaluation(clock.now(), { dueAt: clock.now().getTime() + 60_000 });
    loop.start();
    await turn(3);
    expect(asked).toHaveLength(120);
    expect(beats.length).toBeGreaterThanOrEqual(3);
    clock.advance(60_000);
    world.evaluate = (experiment) => {
      if (asked.length === 130) loop.touched(['e119']);
      return evaluation(clock.now(), experiment === 'e119' ? {} : { dueAt: null });
    };
    await turn(3);
    await loop.stop();
    // Touched in the midst of the first fifty, it comes right after them and not last.
    expect(asked.indexOf('e119', 120)).toBe(170);
  });
});

describe('old age', () => {
  it('is told when the data stands still, and undone when it goes on; the heartbeat of others counts', async () => {
    const { loop, clock, asked, turn, world } = loopOf([guardedOf('one')]);
    const began = clock.now();
    loop.start();
    loop.reached(began);
    await turn();
    clock.advance(300_000);
    await turn();
    expect(asked).toHaveLength(1);
    clock.advance(1);
    world.evaluate = () => evaluation(began, { stale: true });
    await turn();
    expect(asked).toHaveLength(2);
    await turn();
    expect(asked).toHaveLength(2);
    // Another process attributes by now.
    loop.reached(null);
    world.progress.set('production', { last: 1, heartbeat: { dataThrough: clock.now().toISOString() } });
    world.evaluate = () => evaluation(clock.now());
    await turn();
    expect(asked).toHaveLength(3);
    await turn();
    await loop.stop();
    expect(asked).toHaveLength(3);
  });

  it('is told also where nothing can be decided on, and once', async () => {
    const { loop, clock, asked, turn, world } = loopOf([guardedOf('one')]);
    loop.start();
    await turn();
    world.evaluate = () => {
      throw new Error('a store is away');
    };
    loop.touched(['one']);
    await turn();
    expect(asked).toEqual(['one', 'one']);
    clock.advance(300_001);
    await turn(2);
    await loop.stop();
    expect(asked.filter((one) => one === 'age of one')).toHaveLength(1);
  });
});

describe('the heartbeat', () => {
  it('speaks of what was told to be touched, and of no flag that could not be decided on', async () => {
    const { loop, clock, beats, turn, world } = loopOf([guardedOf('one'), guardedOf('other')]);
    loop.start();
    await turn();
    expect(beats.at(-1)?.[1]).toEqual({ at: new Date(START), dataThrough: null });
    clock.advance(5000);
    const reached = clock.now();
    loop.reached(reached);
    world.evaluate = (experiment) => {
      if (experiment === 'other') throw new Error('it is broken');
      return evaluation(clock.now());
    };
    loop.touched(['other']);
    await turn();
    expect(beats.at(-1)).toEqual([
      [{ environment: 'production', excepted: ['flag-other'], shortest: 30 }],
      { at: reached, dataThrough: reached },
    ]);
    world.evaluate = () => evaluation(clock.now());
    await turn();
    expect(excepted(beats.at(-1) as Beats)).toEqual([[]]);
    // While moments are made anew its decision rests on the last look, whatever is received.
    world.evaluate = () => evaluation(new Date(START), { looked: false });
    loop.touched(['one']);
    await turn();
    expect(excepted(beats.at(-1) as Beats)).toEqual([['flag-one']]);
    await loop.stop();
  });

  it('of a process that does not attribute excepts nobody and knows of no data', async () => {
    const { loop, beats, turn, world } = loopOf([guardedOf('one')]);
    world.progress.set('staging', { last: 3, heartbeat: null });
    world.evaluate = () => {
      throw new Error('it is broken');
    };
    loop.start();
    await turn();
    await loop.stop();
    expect(beats[0]).toEqual([
      [
        { environment: 'staging', excepted: [], shortest: 30 },
        { environment: 'production', excepted: [], shortest: 30 },
      ],
      { at: new Date(START), dataThrough: null },
    ]);
  });

  it('is silent of an environment where nearly nothing can be decided on, and where the list cannot be read', async () => {
    const many = Array.from({ length: 1001 }, (_, n) => guardedOf(`e${n}`));
    const { loop, clock, beats, turn } = loopOf(many, {
      decider: {
        readAhead: () => Promise.reject(new Error('away')),
        evaluate: () => Promise.reject(new Error('away')),
      },
    });
    loop.reached(clock.now());
    loop.start();
    await turn();
    await loop.stop();
    expect(beats[0]?.[0]).toEqual([]);
  });
});

describe('what nobody watches any more', () => {
  it('is told to have ended, excepted until then, and tried again', async () => {
    let broken = true;
    const { loop, clock, beats, ended, turn, world } = loopOf([guardedOf('one'), guardedOf('gone')], {
      decider: {
        end: async (experiment) => {
          if (broken) throw new Error('its plan cannot be read');
          ended.push(experiment);
          return [];
        },
      },
    });
    loop.reached(clock.now());
    loop.start();
    await turn();
    world.guarded = [guardedOf('one')];
    world.unwatched = [guardedOf('gone')];
    await turn();
    expect(excepted(beats.at(-1) as Beats)).toEqual([['flag-gone']]);
    broken = false;
    world.unwatched = [guardedOf('gone')];
    await turn();
    expect(ended).toEqual(['gone']);
    expect(excepted(beats.at(-1) as Beats)).toEqual([[]]);
    await turn();
    await loop.stop();
    expect(ended).toEqual(['gone']);
  });

  it('is decided on again when what a person said of it is over', async () => {
    const { loop, asked, ended, turn, world } = loopOf([guardedOf('one')]);
    loop.start();
    await turn();
    world.words = [guardedOf('one'), guardedOf('gone')];
    await turn();
    await loop.stop();
    expect(asked).toEqual(['one', 'one']);
    expect(ended).toEqual(['gone']);
  });
});
