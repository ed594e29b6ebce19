import { expect, test } from 'vitest';
import { lookUp } from '../../src/dns/lookup.ts';
import { NameIndex } from '../../src/dns/name-index.ts';
import { DEFAULT_ANSWERS } from '../../src/dns/settings.ts';
import { member, poolOf } from './pool.ts';

const self = member({ name: 'n1', address: '10.0.0.1' });
const place = { kind: 'entry', form: 'group', value: 'web', zone: '' } as const;
const web = (over: Partial<Parameters<typeof member>[0]>) =>
  member({ name: 'web1', address: '10.0.0.2', groups: ['web'], ...over });

test.each([
  ['is alive', web({}), ['10.0.0.2']],
  ['is back, but comes and goes all the time', web({ state: 'alive', settled: 'dead' }), []],
  ['is behind a broken link', web({ reachable: false }), []],
  ['is suspected', web({ state: 'suspect' }), []],
])('a node that %s', (_, of, addresses) => {
  const index = new NameIndex(poolOf([self, of]), () => false);
  index.refresh();
  const { entry } = lookUp(place, { index, settings: DEFAULT_ANSWERS, domain: 'opsbro' });
  expect(entry?.addresses).toEqual(addresses);
});
