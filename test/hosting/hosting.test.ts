import { expect, test } from 'vitest';
import { z } from 'zod';
import dockerContainer from '../../src/hosting/docker-container.ts';
import onPremise from '../../src/hosting/on-premise.ts';
import { surveyHosting } from '../../src/plugins/hosting.ts';
import { defineHostingDriver, type HostingDriver } from '../../src/plugins/kinds.ts';
import { fakeHost, never } from '../support/host.ts';

const ID = 'a1b2c3d4'.repeat(8);
const LAYER = 'f0e1d2c3'.repeat(8);
const MOUNTS = [
  `1 0 0:30 / / rw - overlay overlay rw,upperdir=/var/lib/docker/overlay2/${LAYER}/diff`,
  `2 1 8:1 /var/lib/docker/containers/${ID}/hosts /etc/hosts rw - ext4 /dev/sda1 rw`,
].join('\n');
const UUID_FILE = '/sys/class/dmi/id/product_uuid';

const survey = (files: Record<string, string>) =>
  surveyHosting([onPremise, dockerContainer], fakeHost({ files }), never);

test.each([
  ['control groups of version 1', { '/.dockerenv': '', '/proc/self/cgroup': `4:memory:/docker/${ID}\n1:cpu:/\n` }, ID],
  ['a scope of systemd', { '/.dockerenv': '', '/proc/self/cgroup': `0::/system.slice/docker-${ID}.scope\n` }, ID],
  ['mounts, with version 2', { '/.dockerenv': '', '/proc/self/cgroup': '0::/\n', '/proc/self/mountinfo': MOUNTS }, ID],
  ['nowhere', { '/run/.containerenv': '', '/proc/self/cgroup': '0::/\n' }, undefined],
  ['nowhere, told by its first process', { '/proc/1/environ': 'PATH=/bin\0container=lxc\0' }, undefined],
])('a container whose id stands in %s', async (_, files, id) => {
  const [main] = await survey(files);
  expect(main).toEqual({ name: 'docker-container', isActive: true, reason: '', ...(id && { uniqueId: id }) });
});

test('a container does not take the id of the machine it runs on', async () => {
  const states = await survey({ '/.dockerenv': '', [UUID_FILE]: '4c4c4544-0042-3510-8052-b4c04f4d3132\n' });
  expect(states.map(({ uniqueId }) => uniqueId)).toEqual([undefined, undefined]);
});

test.each([
  ['4c4c4544-0042-3510-8052-b4c04f4d3132', '4c4c4544-0042-3510-8052-b4c04f4d3132'],
  ['00000000-0000-0000-0000-000000000000', undefined],
  ['FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', undefined],
  ['12345678-1234-5678-90ab-cdef01234567', undefined],
  ['Not Specified', undefined],
  ['', undefined],
])('a machine whose firmware calls it "%s" has the id %s', async (uuid, id) => {
  const [, state] = await survey({ [UUID_FILE]: `${uuid}\n` });
  expect(state).toEqual({ name: 'on-premise', isActive: true, reason: '', ...(id && { uniqueId: id }) });
});

test('drivers are asked by layer, then name; one that fails is not active and says why', async () => {
  const driver = (name: string, layer: HostingDriver['layer']) =>
    defineHostingDriver({
      name,
      layer,
      description: 'Made up.',
      options: z.object({}),
      configure: () => async () => {
        throw new Error(`${name} is broken`);
      },
    });
  const states = await surveyHosting([onPremise, driver('b', 3), driver('a', 3), driver('z', 1)], fakeHost(), never);
  expect(states.map(({ name, isActive, reason }) => [name, isActive, reason])).toEqual([
    ['z', false, 'z is broken'],
    ['a', false, 'a is broken'],
    ['b', false, 'b is broken'],
    ['on-premise', true, ''],
  ]);
});
