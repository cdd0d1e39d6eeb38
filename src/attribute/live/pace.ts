/** How statements that do not need each other follow each other; rejects with the first failure, when none is under way any more. */
export type Pace = (steps: readonly (() => Promise<void>)[]) => Promise<void>;

/** For who has time: memory holds one at a time. */
export const oneByOne: Pace = async (steps) => {
  for (const step of steps) await step();
};

/** For who is in a hurry, and has little to read. */
export const atOnce: Pace = async (steps) => {
  const outcomes = await Promise.allSettled(steps.map((step) => step()));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
};
