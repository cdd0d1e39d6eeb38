import { describe, expect, it } from 'vitest';
import { mentionOf, textsOfId } from '../../src/attribute/live/erasure/texts-of-id.ts';

const mentions = (id: string, text: string) => mentionOf(textsOfId(id))(text);

describe('the texts by which an id is found in events that were not taken', () => {
  it.each([
    ['u1', '{"unit":{"type":"user","id":"u1"}}'],
    ['u1', "{'id':'u1'"],
    ['u1', 'id=u1&flag=x'],
    ['u1', 'u1'],
    ['17', '{"unit":{"type":"user","id":17}}'],
    ['ann@example.org', 'who: ann@example.org.'],
    ['a"b\\c', JSON.stringify({ id: 'a"b\\c' })],
    ['a/b', String.raw`{"id":"a\/b"}`],
    ['Zoë🙂', String.raw`{"id":"Zo\u00eb\ud83d\ude42"}`],
    ['Zoë🙂', String.raw`{"id":"Zo\u00EB\uD83D\uDE42"}`],
    ['é/ë', String.raw`{"id":"\u00e9\/\u00eb"}`],
    ['a\nb', JSON.stringify(['a\nb'])],
    ['a\nb', 'a\nb'],
    ['.*', '{"id":".*"}'],
    ['√', '["√"]'],
  ])('find %j in %s', (id, text) => {
    expect(mentions(id, text)).toBe(true);
  });

  it.each([
    ['u1', '{"id":"u12"}'],
    ['u1', '{"id":"au1"}'],
    ['u1', '{"id":"u1-2"}'],
    ['u1', '{"id":"éu1"}'],
    ['17', '{"value":1700}'],
    ['.*', '{"id":"x"}'],
    ['a/b', '{"id":"ab"}'],
  ])('do not find %j in %s', (id, text) => {
    expect(mentions(id, text)).toBe(false);
  });

  it('are at most seven, so that the engine can search for those of thirty units at once', () => {
    expect(textsOfId('é/ÿ"\\')).toHaveLength(7);
  });
});
