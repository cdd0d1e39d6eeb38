import { describe, expect, it } from 'vitest';
import { networkList, PermittedAddresses } from '../../src/notify/webhooks/permitted-addresses.ts';

const open = new PermittedAddresses({ allowHttp: false, networks: [] });
const lan = new PermittedAddresses({ allowHttp: true, networks: ['10.1.0.0/16', 'fd00:1::/64'] });

describe('an address of a webhook', () => {
  it.each([
    'https://example.org/hook',
    'https://93.184.216.34/hook',
    'https://[2606:4700::1111]:8443/hook',
    'https://hooks.example.org:8443/a?b=c',
  ])('%s is permitted', (url) => expect(open.objectionTo(url)).toBeNull());

  it.each([
    ...[
      '127.0.0.1',
      '127.1',
      '0.0.0.0',
      '10.0.0.1',
      '172.16.0.1',
      '172.31.255.255',
      '192.168.1.1',
      '100.64.0.1',
    ],
    ...[
      '169.254.169.254',
      '198.18.0.1',
      '192.0.0.8',
      '203.0.113.9',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    // Other ways to write 127.0.0.1 and 169.254.169.254.
    ...[
      '2130706433',
      '0x7f000001',
      '0x7f.1',
      '0177.0.0.1',
      '017700000001',
      '127.0.1',
      '2852039166',
      '0xa9fea9fe',
    ],
    ...['①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1'],
    ...[
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[::127.0.0.1]',
      '[64:ff9b::7f00:1]',
      '[64:ff9b:1::1]',
    ],
    ...[
      '[fe80::1]',
      '[fc00::1]',
      '[fd12:3456::1]',
      '[ff02::1]',
      '[2002:7f00:1::]',
      '[2001::1]',
      '[2001:db8::1]',
    ],
    ...['[100::1]', '[3fff::1]', '[::ffff:0:7f00:1]', '[fd00:ec2::254]', '[fec0::1]'],
  ])('https://%s/ is of no public network', (host) =>
    expect(open.objectionTo(`https://${host}/`)).toMatch(/^is not of the public internet/),
  );

  it.each([
    ['http://example.org/', /must begin with https/],
    ['ftp://example.org/', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['https://user:secret@example.org/', /no user or password/],
    ['https://999.1.1.1/', /is no address/],
    ['example.org', /is no address/],
  ])('%s is refused', (url, why) => expect(open.objectionTo(url)).toMatch(why));

  it('may be of a network that is let through, and http where that is', () => {
    expect(lan.objectionTo('http://10.1.2.3/')).toBeNull();
    expect(lan.objectionTo('http://[fd00:1::7]/')).toBeNull();
    for (const host of ['10.2.0.1', '127.0.0.1', '[fd00:2::7]', '[::1]'])
      expect(lan.objectionTo(`https://${host}/`), host).toMatch(/^is not of the public internet/);
    // A mapped address is the IPv4 address itself.
    expect(lan.objectionTo('https://[::ffff:10.1.2.3]/')).toBeNull();
  });

  it.each(['10.0.0.0', '10.0.0.0/33', 'fd00::/129', 'lan/8', '10.0.0.0/8/8', '10.0.0.0/', '/8', ''])(
    '%j is no network',
    (network) =>
      expect(() => networkList([network])).toThrow(/OUTBOUND_ALLOWED_NETWORKS is no network; write it as/),
  );
});

describe('a name', () => {
  const lookUp = (permitted: PermittedAddresses, name: string, all: boolean) =>
    new Promise((resolve) =>
      permitted.lookup(name, { all }, (error, address) => resolve(error?.message ?? address)),
    );

  it('that resolves to a private address is refused when it is connected to', async () => {
    for (const all of [true, false])
      expect(await lookUp(open, 'localhost', all)).toMatch(/^Its address is not of the public internet/);
  });

  it('leads to the permitted ones of its addresses alone', async () => {
    const local = new PermittedAddresses({ allowHttp: false, networks: ['127.0.0.0/8'] });
    expect(await lookUp(local, 'localhost', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await lookUp(local, 'localhost', false)).toBe('127.0.0.1');
  });

  it('that is not known says so', async () => {
    expect(await lookUp(open, 'no-such-name.invalid', true)).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});
