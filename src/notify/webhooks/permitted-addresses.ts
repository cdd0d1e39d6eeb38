import { lookup as resolve } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { AppError } from '../../errors.ts';

/** Where webhooks may go beside the public internet. */
export interface WebhookReach {
  readonly allowHttp: boolean;
  /** Networks such as `10.1.0.0/16` or `fd00:1::/64` that are otherwise refused. */
  readonly networks: readonly string[];
}

/** IPv4 networks that are not the public internet (IANA’s registry of special-purpose addresses). */
const SPECIAL_IPV4 = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.0.0.0/24', '192.0.2.0/24', '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15'],
  ...['198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4'],
];

/** All else of IPv6, mapped and translated IPv4 addresses included, is refused. */
const GLOBAL_IPV6 = ['2000::/3'];
/** Teredo and the like, documentation, and 6to4, which carries an IPv4 address. */
const SPECIAL_IPV6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** @throws AppError `start-refused` for text that is no network. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix = '', ...more] = network.split('/');
    const family = isIP(address);
    if (
      family === 0 ||
      more.length > 0 ||
      !/^\d{1,3}$/.test(prefix) ||
      Number(prefix) > (family === 4 ? 32 : 128)
    )
      throw new AppError(
        'start-refused',
        `"${network}" in OUTBOUND_ALLOWED_NETWORKS is no network; write it as 10.1.0.0/16.`,
      );
    list.addSubnet(address, Number(prefix), family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

const specialIpv4 = networkList(SPECIAL_IPV4);
const globalIpv6 = networkList(GLOBAL_IPV6);
const specialIpv6 = networkList(SPECIAL_IPV6);

/** Decides where webhooks may go: when an endpoint is made, and again for the very address that is connected to. */
export class PermittedAddresses {
  readonly #allowHttp: boolean;
  readonly #networks: BlockList;

  constructor({ allowHttp, networks }: WebhookReach) {
    this.#allowHttp = allowHttp;
    this.#networks = networkList(networks);
  }

  /** An address in its usual form; nothing else is permitted. */
  includes(address: string): boolean {
    const family = isIP(address);
    if (family === 0) return false;
    if (this.#networks.check(address, family === 4 ? 'ipv4' : 'ipv6')) return true;
    if (family === 4) return !specialIpv4.check(address, 'ipv4');
    return globalIpv6.check(address, 'ipv6') && !specialIpv6.check(address, 'ipv6');
  }

  /** Why nothing may be sent to this address, as far as it says so itself; null where nothing speaks against it. */
  objectionTo(text: string): string | null {
    const url = URL.parse(text);
    if (url === null) return 'is no address';
    if (url.protocol !== 'https:' && !(this.#allowHttp && url.protocol === 'http:'))
      return 'must begin with https://; the key OUTBOUND_ALLOW_HTTP of the service lets http through';
    if (url.username !== '' || url.password !== '') return 'must have no user or password in it';
    // The parser has brought every other form of an IPv4 address (octal, hexadecimal, one number) into the usual one.
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0 && !this.includes(host)) return PRIVATE;
    return null;
  }

  /** Resolves names for a connection, which then goes to what was looked at here and nowhere else. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, []);
      const permitted = addresses.filter(({ address }) => this.includes(address));
      const [first] = permitted;
      if (first === undefined) return callback(new Error(`Its address ${PRIVATE}`), []);
      if (options.all === true) return callback(null, permitted);
      return callback(null, first.address, first.family);
    });
  };
}

const PRIVATE =
  'is not of the public internet; the key OUTBOUND_ALLOWED_NETWORKS of the service lets its network through';
