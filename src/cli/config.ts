import { describeConfig } from '../config.ts';

/** Lists every configuration key; values are not shown, since some are secrets. */
export const config = {
  usage: 'config',
  about: 'every configuration key, its default and what it means',
  run(): void {
    const keys = describeConfig();
    const width = Math.max(...keys.map(({ key }) => key.length)) + 2;
    for (const { key, default: value, about } of keys)
      console.log(`${key.padEnd(width)}${about}${value === '' ? '' : ` [${value}]`}`);
    console.log(`\nEvery key has a …_FILE form that reads the value from a file, for secrets.`);
  },
};
