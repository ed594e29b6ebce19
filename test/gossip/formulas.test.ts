import { describe, expect, test } from 'vitest';
import { pushPullScale, retransmitLimit, suspicionBounds, suspicionTimeout } from '../../src/gossip/core/formulas.ts';
import { PROFILES, type ProfileName } from '../../src/gossip/core/profile.ts';

const timeouts = (n: number, profile: ProfileName) => {
  const bounds = suspicionBounds(n, PROFILES[profile]);
  return Array.from({ length: bounds.needed + 1 }, (_, confirmations) => suspicionTimeout(bounds, confirmations));
};

describe('the time a suspicion lasts, after 0, 1, ... confirmations', () => {
  test.each([
    [2, [4_000], [30_000], [3_000]],
    [3, [4_000], [30_000], [18_000, 3_000]],
    [4, [24_000, 11_381, 4_000], [30_000], [18_000, 3_000]],
    [5, [24_000, 11_381, 4_000], [30_000], [18_000, 3_000]],
    [6, [24_000, 11_381, 4_000], [180_000, 115_398, 77_609, 50_797, 30_000], [18_000, 3_000]],
    [10, [24_000, 11_381, 4_000], [180_000, 115_398, 77_609, 50_797, 30_000], [18_000, 3_000]],
    [11, [24_984, 11_848, 4_164], [187_380, 120_129, 80_791, 52_879, 31_230], [18_738, 3_123]],
    [30, [35_448, 16_810, 5_908], [265_860, 170_443, 114_628, 75_027, 44_310], [26_586, 4_431]],
    [100, [48_000, 22_762, 8_000], [360_000, 230_797, 155_218, 101_594, 60_000], [36_000, 6_000]],
    [1_000, [72_000, 34_144, 12_000], [540_000, 346_195, 232_827, 152_391, 90_000], [54_000, 9_000]],
    [10_000, [96_000, 45_525, 16_000], [720_000, 461_594, 310_436, 203_188, 120_000], [72_000, 12_000]],
  ])('in a pool of %i', (n, lan, wan, local) => {
    expect([timeouts(n, 'lan'), timeouts(n, 'wan'), timeouts(n, 'local')]).toEqual([lan, wan, local]);
  });
});

test.each([
  [1, 4],
  [9, 4],
  [10, 8],
  [99, 8],
  [100, 12],
  [999, 12],
  [1_000, 16],
  [9_999, 16],
])('in a pool of %i a message is told on %i times', (n, times) => {
  expect(retransmitLimit(n, 4)).toBe(times);
});

test.each([
  [2, 1],
  [32, 1],
  [33, 2],
  [64, 2],
  [65, 3],
  [100, 3],
  [1_000, 6],
])('in a pool of %i push/pulls are %i times rarer', (n, scale) => {
  expect(pushPullScale(n)).toBe(scale);
});
