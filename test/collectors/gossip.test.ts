import { expect, test } from 'vitest';
import gossip, { medianOf } from '../../src/collectors/gossip.ts';
import { fakeHost, never } from '../support/host.ts';

test('counts the nodes by what they are', async () => {
  expect(await gossip.configure({})(fakeHost(), never)).toEqual({
    zone: 'internet',
    nb_known_nodes: 4,
    nb_alive: 2,
    nb_suspect: 1,
    nb_dead: 1,
    health: 0,
    rtt_ms_median: 1,
  });
});

test.each([
  [[], undefined],
  [[3], 3],
  [[3, 1], 2],
  [[9, 1, 2], 2],
])('the middle of %o is %s', (values, middle) => {
  expect(medianOf(values)).toBe(middle);
});

test('without an agent it is not eligible', async () => {
  await expect(gossip.configure({})(fakeHost({ self: null }), never)).rejects.toThrow('no agent runs here');
});
