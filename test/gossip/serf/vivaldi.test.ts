import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seeded } from '../../../src/base/random.ts';
import { Coordinates } from '../../../src/gossip/serf/coordinates.ts';
import { distance, isValid, moved, type Position, START } from '../../../src/gossip/serf/vivaldi.ts';
import { type Coordinate, ORIGIN } from '../../../src/gossip/wire/ack-payload.ts';

const at = (...vec: number[]): Coordinate => ({
  ...ORIGIN,
  vec: Array.from({ length: 8 }, (_, place) => vec[place] ?? 0),
});
const of = (coordinate: Coordinate): Position => ({ coordinate, differences: [] });

describe('the distance of two coordinates', () => {
  test('is the way between them and both heights', () => {
    expect(distance(at(0.003, 0.004), at())).toBeCloseTo(0.005 + 2e-5, 12);
  });

  test('takes both adjustments, unless that leaves nothing', () => {
    const [a, b] = [at(0.003, 0.004), at()];
    expect(distance({ ...a, adjustment: 0.001 }, { ...b, adjustment: 0.002 })).toBeCloseTo(0.00802, 12);
    expect(distance({ ...a, adjustment: -0.01 }, b)).toBeCloseTo(0.00502, 12);
  });
});

describe('a measurement moves us', () => {
  const random = seeded(1);

  test('as the formulas say, worked out by hand: away from one that is nearer than it takes', () => {
    // dist = 0.01 + 2e-5; wrong = |0.01002 - 0.02| / 0.02 = 0.499; w = 1.5 / 3 = 0.5; gain = 0.125
    const { coordinate } = moved(of(at(0.01)), at(), 0.02, random);
    // error = 0.125 * 0.499 + 1.5 * 0.875
    expect(coordinate.error).toBeCloseTo(1.374875, 9);
    // force = 0.125 * 0.00998 = 0.0012475, along the first axis; gravity takes (0.0113 / 150)^2, which is nothing here
    expect(coordinate.vec[0]).toBeCloseTo(0.0112475, 7);
    expect(coordinate.vec.slice(1)).toEqual([0, 0, 0, 0, 0, 0, 0]);
    // height = 1e-5 + 2e-5 * 0.0012475 / 0.01
    expect(coordinate.height).toBeCloseTo(1.2495e-5, 8);
    // adjustment = (0.02 - (0.0112475 + 2.2495e-5)) / 40
    expect(coordinate.adjustment).toBeCloseTo((0.02 - 0.011269995) / 40, 9);
  });

  test('towards one that is farther than it takes, but never below the least height', () => {
    const { coordinate } = moved(of(at(0.01)), at(), 0.001, random);
    expect(coordinate.vec[0]).toBeCloseTo(0.01 + 0.125 * (0.001 - 0.01002), 7);
    expect(coordinate.height).toBe(1e-5);
    expect(coordinate.error).toBe(1.5);
  });

  test('in any direction from one at the same place, the same for the same dice', () => {
    const move = () => moved(START, ORIGIN, 0.1, seeded(3)).coordinate;
    expect(move()).toEqual(move());
    expect(distance(move(), ORIGIN)).toBeGreaterThan(0.01);
    expect(move().height).toBe(1e-5);
  });

  test('back to the start when it makes no sense any more', () => {
    expect(moved(of(at(1e300)), at(-1e300), 1, random)).toEqual(START);
  });

  test('by the last twenty differences', () => {
    let position = START;
    for (let turn = 0; turn < 50; turn += 1) position = moved(position, at(0.01), 0.02, random);
    expect(position.differences).toHaveLength(20);
  });

  test('to a coordinate that can be reckoned with, whatever is told', () => {
    const number = fc.double({ min: -1e4, max: 1e4, noNaN: true });
    const positive = fc.double({ min: 0, max: 1e4, noNaN: true });
    const coordinate = fc.record({
      vec: fc.array(number, { minLength: 8, maxLength: 8 }),
      height: positive,
      adjustment: number,
      error: positive,
    });
    const rtt = fc.double({ min: 0, max: 10, noNaN: true });
    fc.assert(
      fc.property(coordinate, fc.array(fc.tuple(coordinate, rtt), { maxLength: 30 }), (own, told) => {
        let position = of(own);
        for (const [other, seconds] of told) position = moved(position, other, seconds, seeded(1));
        expect(isValid(position.coordinate)).toBe(true);
      }),
    );
  });
});

describe('what is learnt of the others', () => {
  const dice = () => new Coordinates(seeded(1));

  test.each([
    ['of another dimension', { ...ORIGIN, vec: [0, 0] }, 1],
    ['that is no number', { ...ORIGIN, error: Number.NaN }, 1],
    ['below the ground', { ...ORIGIN, height: -1 }, 1],
    ['after less than no time', ORIGIN, -1],
    ['after more than ten seconds', ORIGIN, 10_001],
  ])('is refused: a coordinate %s', (_, coordinate, rttMs) => {
    const coordinates = dice();
    expect(coordinates.learn('n1', coordinate, rttMs)).toBe(false);
    expect(coordinates.own).toBe(ORIGIN);
    expect(coordinates.of('n1')).toBeUndefined();
  });

  test('goes by the middle one of the last three round trips', () => {
    const [spiky, calm] = [dice(), dice()];
    for (const rtt of [10, 10, 9_000]) spiky.learn('n1', at(0.01), rtt);
    for (const rtt of [10, 10, 10]) calm.learn('n1', at(0.01), rtt);
    expect(spiky.own).toEqual(calm.own);
    expect(spiky.measured('n1')).toBe(9_000);
    spiky.forget('n1');
    expect([spiky.of('n1'), spiky.measured('n1')]).toEqual([undefined, undefined]);
  });
});

test('nodes on a plane find places that tell their round trips', () => {
  const random = seeded(7);
  const size = 20;
  const places = Array.from({ length: size }, () => [random() * 0.1, random() * 0.1] as const);
  const rtt = (a: number, b: number) => {
    const [[ax = 0, ay = 0] = [], [bx = 0, by = 0] = []] = [places[a], places[b]];
    return Math.hypot(ax - bx, ay - by) + 0.001;
  };
  const nodes = places.map((_, place) => new Coordinates(seeded(place)));
  for (let turn = 0; turn < 20_000; turn += 1) {
    const [a, b] = [Math.floor(random() * size), Math.floor(random() * size)];
    if (a !== b) nodes[a]?.learn(`n${b}`, nodes[b]?.own ?? ORIGIN, rtt(a, b) * 1_000);
  }
  const errors = nodes.flatMap((a, place) =>
    nodes.flatMap((b, other) => (place < other ? Math.abs(distance(a.own, b.own) - rtt(place, other)) : [])),
  );
  const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
  expect(mean).toBeLessThan(0.004);
});
