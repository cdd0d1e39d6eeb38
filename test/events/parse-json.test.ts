import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../src/events/index.ts';

/** JSON whose strings, keys included, are written with as many escapes as there can be. */
const escaped = (value: unknown) =>
  JSON.stringify(value).replace(
    /[a-z](?=[^"]*":)/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

describe('parseJson', () => {
  it('reads an escaped key as itself, whatever keys came before', () => {
    for (const poison of ['{"b":1,"x\\\\":0}', '{"b":1,"x\\\\n":0}', '{"b":1,"x\\\\u":0}']) parseJson(poison);
    for (const [text, key] of [
      ['{"b":1,"x\\u0041":2}', 'xA'],
      ['{"b":1,"x\\u0042":2}', 'xB'],
      ['{"b":1,"x\\/":2}', 'x/'],
    ] as const)
      expect(Object.keys(parseJson(text) as object)).toEqual(['b', key]);
  });

  it('gives no name to a key that only an escape can write', () => {
    for (const text of ['{"\\\\":0}', '{"\\"":0}', '{"a\\n":0}', '{"\\u0000" :0}', '{"\\ud800\\"":0}'])
      expect(Object.keys(parseJson(text) as object)).toEqual(['\ud800']);
  });

  it('leaves values and everything else as JSON.parse has it', () => {
    const key = fc.stringMatching(/^[a-z_]{1,8}$/);
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string({ unit: 'binary' }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, '":', '\\":', '{"a\\"":1}'),
        fc.array(tie('value')),
        fc.dictionary(key, tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json);
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
      { seed: 8, numRuns: 1000 },
    );
    const nested = { key: 'k"e:y', list: [{ other: '\\' }, 'list":'] };
    expect(escaped(nested)).toContain('\\u006b');
    expect(parseJson(escaped({ key: 1, other: 2 }))).toEqual({ key: 1, other: 2 });
  });

  it('makes no JSON of what is none', () => {
    for (const text of [
      '["a"\\u002c":"]',
      '{"\\x":1}',
      '{"a\\":1}',
      '["\\',
      '\\',
      '{"a\\u00":1}',
      '{"\\u0061\n":1}',
      '"\\"',
    ])
      expect(() => parseJson(text), text).toThrow(SyntaxError);
  });
});
