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
  });
});
