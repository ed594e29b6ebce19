import { describe, expect, test } from 'vitest';
import { ClockTrust } from '../../../src/kv/cluster/clock-trust.ts';
import { SimulatedClock } from '../../support/clock.ts';

const SKEW_MS = 10_000;
const HOUR_MS = 3_600_000;

/** A node among others whose clocks are so far ahead of the true time. */
function trustAmong(offsets: readonly number[]) {
  const clock = new SimulatedClock();
  const trust = new ClockTrust(clock, SKEW_MS);
  const others = offsets.map((_, place) => `n${place}`);
  trust.setOthers(others);
  const start = clock.wall() - clock.now();
  const hear = () => {
    for (const [place, offset] of offsets.entries()) trust.hear(`n${place}`, start + clock.now() + offset, clock.now());
  };
  return { clock, trust, hear };
}

describe('a clock is believed', () => {
  test('when nobody else is there', () => {
    const { trust } = trustAmong([]);
    expect(trust.isSound).toBe(true);
    expect(trust.isConfirmed).toBe(false);
  });

  test.each([
    ['the others agree', [100, -2_000], true],
    ['one of two others is wrong', [0, HOUR_MS], true],
    ['two of four others are wrong, in both ways', [0, 500, HOUR_MS, -HOUR_MS], true],
    ['it is behind all others', [HOUR_MS, HOUR_MS], false],
    ['it is ahead of all others', [-HOUR_MS, -HOUR_MS], false],
    ['there is one other, and nobody can tell which of the two is wrong', [HOUR_MS], false],
    ['nobody said anything yet', undefined, false],
  ])('or not: %s', (_, offsets, isSound) => {
    const { trust, hear } = trustAmong(offsets ?? [0, 0]);
    if (offsets !== undefined) hear();
    expect(trust.isSound).toBe(isSound);
  });

  test('for a minute after the others were heard', () => {
    const { clock, trust, hear } = trustAmong([0, 0]);
    hear();
    clock.run(59_000);
    expect(trust.isSound).toBe(true);
    expect(trust.silentFor(20_000)).toEqual(['n0', 'n1']);
    clock.run(2_000);
    expect(trust.isSound).toBe(false);
  });

  test('no more from the moment on at which it is set, until the others are asked again', () => {
    const { clock, trust, hear } = trustAmong([0, 0]);
    hear();
    clock.jumpWall(1_500);
    expect(trust.isSound).toBe(false);
    hear();
    expect(trust.isSound).toBe(true);
    clock.jumpWall(2 * HOUR_MS);
    hear();
    expect(trust.isSound).toBe(false);
    // The others still tell what time it is.
    expect(Math.abs(trust.wall - (clock.wall() - 2 * HOUR_MS))).toBeLessThan(2_000);
  });

  test('not by an answer that was long on its way, nor by one of a node that is not there', () => {
    const { clock, trust } = trustAmong([0]);
    trust.hear('n0', clock.wall(), clock.now() - 3_000);
    trust.hear('stranger', clock.wall(), clock.now());
    expect(trust.isSound).toBe(false);
  });
});

test('asked are those who matter, and always the same others when they are few', () => {
  const { trust } = trustAmong([0, 0, 0, 0, 0]);
  expect([...trust.among(['n4', 'n2', 'stranger'], 2)]).toEqual(['n2', 'n4']);
  expect([...trust.among(['n4'], 3)]).toEqual(['n4', 'n0', 'n1']);
  expect(trust.among([], 9).size).toBe(5);
});
