import { test } from 'vitest';
import type { Probe } from '../../src/collectors/support/maas-probe.ts';
import type { Host } from '../../src/net/host.ts';
import type { TokenStore } from '../../src/openstack/tokens.ts';
import { probed, shown } from './cloud.ts';
import { missingForCloud, type WholeCloud } from './servers/cloud/cloud.ts';
import type { Listener } from './servers/cloud/settings.ts';

const missing = missingForCloud();

/** Why nothing is done with a whole cloud; `undefined` when it is. */
export const withoutCloud: string | undefined =
  process.env['OPSBRO_FULL_CLOUD'] !== '1'
    ? 'OPSBRO_FULL_CLOUD is not 1'
    : missing && `${missing} is not installed; run: npm run setup:services -- --cloud`;

/** A test that needs a whole cloud, and may take so many milliseconds. Without one it is skipped and says why. */
export function testWithCloud(title: string, body: () => Promise<void>, timeoutMs = 300_000): void {
  if (withoutCloud === undefined) test(title, body, timeoutMs);
  else test.skip(`${title} (${withoutCloud})`, () => {});
}

/** Who asks a cloud, and how. */
export interface Asker {
  /** A file of credentials; that of the user who monitors when left out. */
  readonly openrc?: string;
  readonly store?: TokenStore;
  readonly profile?: 'seed' | 'full';
  /** More options of the probe. */
  readonly options?: object;
}

/** Probes a service of a cloud at its port, as a machine that knows no token yet; gives the lines that are printed. */
export async function look(
  { host, cloud }: { readonly host: Host; readonly cloud: WholeCloud },
  [probe, service]: readonly [Probe, Listener],
  { openrc = cloud.openrc('maas', 'maaspass', 'monitoring'), options, ...asker }: Asker = {},
): Promise<string[]> {
  const where = { ip: '127.0.0.1', port: cloud.ports[service], openrc, ...options };
  return shown(await probed(probe, { host: { ...host }, options: where, ...asker }), {
    ...(asker.profile && { profile: asker.profile }),
  });
}
