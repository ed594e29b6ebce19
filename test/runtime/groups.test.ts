import { expect, test } from 'vitest';
import { Groups } from '../../src/runtime/groups.ts';

test('a node in another zone is in the group of that zone, and keeps the others', () => {
  const groups = new Groups('internet');
  groups.write(['kv']);
  groups.detect('linux/os', ['linux']);
  groups.takeChange();
  groups.move('lan');
  expect([...groups.all]).toEqual(['kv', 'linux', 'zone::lan']);
  expect(groups.takeChange()).toEqual({
    groups: ['kv', 'linux', 'zone::lan'],
    add: ['zone::lan'],
    remove: ['zone::internet'],
    from: new Map(),
  });
});

test('a change tells which detectors are behind it, also behind what went', () => {
  const groups = new Groups('internet');
  groups.write(['kv']);
  groups.detect('b/b', ['web', 'kv']);
  groups.detect('a/a', ['web']);
  expect(groups.takeChange()?.from).toEqual(
    new Map([
      ['web', ['a/a', 'b/b']],
      ['kv', ['b/b']],
    ]),
  );
  groups.detect('b/b', []);
  expect(groups.takeChange()).toBeUndefined();
  groups.detect('a/a', ['db']);
  expect(groups.takeChange()).toMatchObject({
    add: ['db'],
    remove: ['web'],
    from: new Map([
      ['db', ['a/a']],
      ['web', ['a/a']],
    ]),
  });
});

test('what would be is told without becoming so', () => {
  const groups = new Groups('internet');
  groups.detect('a/a', ['web']);
  expect([...groups.supposing(new Map([['a/a', ['db']]]))]).toEqual(['db', 'zone::internet']);
  expect([...groups.all]).toEqual(['web', 'zone::internet']);
});

test('the group of the zone is that of the zone it is in now, whatever detectors still say', () => {
  const groups = new Groups('internet');
  groups.detect('core-gossip/gossip-zone', ['zone::internet', 'seen']);
  groups.move('lan');
  expect([...groups.all]).toEqual(['seen', 'zone::lan']);
  expect(groups.from('core-gossip/gossip-zone')).toEqual(['seen']);
});
