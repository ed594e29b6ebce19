import { expect, test } from 'vitest';
import conntrack from '../../src/collectors/conntrack.ts';
import { NotEligible } from '../../src/plugins/outcomes.ts';
import { fakeHost, never } from '../support/host.ts';

test.each([
  ['present', '/proc/sys/net/netfilter/nf_conntrack_'],
  ['old', '/proc/sys/net/ipv4/netfilter/ip_conntrack_'],
])('counts tracked connections of %s kernels', async (_, place) => {
  const files = { [`${place}count`]: '50\n', [`${place}max`]: '200\n' };
  expect(await conntrack.configure({})(fakeHost({ files }), never)).toEqual({ count: 50, max: 200, pct_used: 25 });
});

test('without the module it is not eligible', async () => {
  const run = conntrack.configure({})(fakeHost(), never);
  await expect(run).rejects.toThrow(
    new NotEligible(
      'Unable to read "/proc/sys/net/netfilter/nf_conntrack_count", the appropriate kernel module is probably not loaded.',
    ),
  );
});
