import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseSerfSnapshot } from '../../src/gossip/serf-snapshot.ts';

const read = (...lines: string[]) => parseSerfSnapshot(lines.join('\n'));
const places = (...lines: string[]) =>
  read(...lines).members.map(({ name, address, port }) => `${name} ${address} ${port}`);

test('the last word on a member counts', () => {
  const lines = ['alive: a 10.0.0.1:7946', 'alive: b 10.0.0.2:7946', 'not-alive: a', 'alive: b 10.0.0.3:7947'];
  expect(places(...lines)).toEqual(['b 10.0.0.3 7947']);
});

test('an IPv6 member and a name with spaces are read', () => {
  expect(places('alive: my node [fe80::1]:7946')).toEqual(['my node fe80::1 7946']);
});

test('the clocks go on behind the highest that was seen', () => {
  expect(read('clock: 4', 'clock: 3', 'event-clock: 9', 'query-clock: 0').clocks).toEqual([5, 10, 1]);
});

test('who left is marked as such, unless it came back', () => {
  expect(read('alive: a 10.0.0.1:7946', 'leave')).toMatchObject({ members: [{ name: 'a' }], left: true });
  expect(read('leave', 'alive: a 10.0.0.1:7946')).toMatchObject({ members: [{ name: 'a' }], left: false });
});

test('comments, coordinates, zeros of a crash and nonsense are skipped', () => {
  const lines = [
    '# compacted',
    'coordinate: {}',
    '\0\0alive: a 10.0.0.1:7946\0',
    'alive: b nowhere',
    'alive: c 10.0.0.1:0',
    'clock: x',
  ];
  expect(places(...lines)).toEqual(['a 10.0.0.1 7946']);
});

test('a text that serf did not write is refused', () => {
  expect(() => read('members:', '- a')).toThrow('no line that serf writes');
});

test('any text gives members with a place, or an error', () => {
  const line = fc.oneof(
    fc.string(),
    fc.string().map((text) => `alive: ${text}`),
    fc.nat().map((port) => `alive: n 1.2.3.4:${port}`),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        for (const { port } of read(...lines).members) expect(port).toBeLessThan(65_536);
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }),
  );
});
