import { expect, test } from 'vitest';
import type { FetchRequest } from '../../src/net/host.ts';
import { surveyHosting } from '../../src/plugins/hosting.ts';
import type { HostingDriver } from '../../src/plugins/kinds.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { fakeHost, never } from '../support/host.ts';
import { dmi, MACHINES, type Machine } from './machines.ts';

const drivers = await new Registry<HostingDriver>('hosting').addFrom(new URL('../../src/hosting/', import.meta.url));

function hostOf({ files = {}, answers = {} }: Machine) {
  const answer = ({ method = 'GET', url, headers = {} }: FetchRequest) => {
    const found = answers[`${method} ${url}`] ?? { status: 404, text: '' };
    const given = typeof found === 'function' ? found(headers) : found;
    const { status, text } = typeof given === 'string' ? { status: 200, text: given } : given;
    return { status, body: Buffer.from(text) };
  };
  const urls = Object.keys(answers).map((request) => request.slice(4));
  return fakeHost({ files, pages: Object.fromEntries(urls.map((url) => [url, answer])) });
}

const LOCAL = [
  ['ec2', dmi('product_uuid', 'ec2e1916-9099-7caf-fd21-012345abcdef')],
  ['google-cloud', dmi('product_name', 'Google Compute Engine')],
  ['openstack', dmi('product_name', 'OpenStack Compute')],
  ['openstack', dmi('product_name', 'OpenStack Nova')],
] as const;

const stateOf = async (name: string, machine: Machine, signal = never) =>
  (await surveyHosting(drivers, hostOf(machine), signal)).find((state) => state.name === name);

test.each(MACHINES)('%s is recognised, with its id and its addresses (%#)', async (name, world, found) => {
  expect(await stateOf(name, world)).toEqual({ name, isActive: true, reason: '', ...found });
});

test.each(MACHINES)('nobody is asked for %s where there is no sign of it (%#)', async (name, { answers = {} }) => {
  expect(await stateOf(name, { answers })).toEqual({ name, isActive: false, reason: '' });
});

test.each(LOCAL)('%s is recognised by the firmware alone (%#)', async (name, files) => {
  expect(await stateOf(name, { files })).toEqual({ name, isActive: true, reason: expect.stringContaining('REFUSED') });
});

test('a Hyper-V of one’s own is not taken for Azure', async () => {
  expect(await stateOf('azure', { files: dmi('board_vendor', 'Microsoft Corporation') })).toMatchObject({
    isActive: false,
    reason: expect.stringContaining('ECONNREFUSED'),
  });
});

test.each(['', 'no JSON', '[]', '{"id": {}}', 'null', '{"interfaces": {"public": [null]}}'])(
  'a metadata service that answers %j is no failure of the driver',
  async (text) => {
    for (const [name, { files = {}, answers = {} }] of MACHINES) {
      if (name === 'azure') continue;
      const broken = Object.fromEntries(Object.keys(answers).map((request) => [request, text]));
      expect(await stateOf(name, { files, answers: broken })).toMatchObject({ isActive: true });
    }
  },
);

test('the service is asked twice, and not at all when it is too late', async () => {
  let asked = 0;
  const answers = {
    'GET http://169.254.42.42/conf?format=json': () => {
      asked += 1;
      return asked === 1 ? { status: 503, text: '' } : { status: 200, text: '{"id": "abc"}' };
    },
  };
  const files = { '/etc/scw-release': 'x' };
  expect(await stateOf('scaleway', { files, answers })).toMatchObject({ uniqueId: 'abc' });
  expect(asked).toBe(2);
  const late = AbortSignal.abort(new Error('too late'));
  expect(await stateOf('scaleway', { files, answers }, late)).toMatchObject({ isActive: true, reason: 'too late' });
  expect(asked).toBe(2);
});
