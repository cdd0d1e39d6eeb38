import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PASSWORD = 'a-password-for-tests';

export interface TlsFiles {
  /** The certificate that clients have to trust, as PEM. */
  readonly ca: string;
  /** Lines for the broker's properties. */
  readonly properties: string;
}

/** Makes a key and a certificate for 127.0.0.1 that it signs itself, with Java's own tool. */
export async function makeTlsFiles(directory: string): Promise<TlsFiles> {
  const store = join(directory, 'broker.p12');
  const of = ['-alias', 'broker', '-keystore', store, '-storepass', PASSWORD];
  await run('keytool', [
    '-genkeypair',
    ...of,
    ...['-storetype', 'PKCS12', '-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '2'],
    ...['-dname', 'CN=kafka-for-tests', '-ext', 'san=dns:localhost,ip:127.0.0.1'],
  ]);
  const { stdout } = await run('keytool', ['-exportcert', '-rfc', ...of]);
  return {
    ca: stdout,
    properties: `ssl.keystore.type=PKCS12\nssl.keystore.location=${store}\nssl.keystore.password=${PASSWORD}\n`,
  };
}
