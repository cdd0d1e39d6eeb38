/** Later than any event, in ms since 1970; small enough that a window can be added to it. */
export const NEVER = 2 ** 52;
