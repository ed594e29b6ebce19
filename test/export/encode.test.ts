import fc from 'fast-check';
import { expect, test } from 'vitest';
import { datagrams, lineOf, pickled } from '../../src/export/encode.ts';
import { Routing } from '../../src/export/routing.ts';
import { Frames } from '../../src/graphite/frames.ts';
import { readPoints, type SentPoint } from '../../src/graphite/pickled-points.ts';

test.each([
  ['', 'a.b', 1.5, 'a.b 1.5 1700000000\n'],
  ['site', 'a.b;c=d', 1e21, 'site.a.b;c=d 1e+21 1700000000\n'],
  ['', 'a b\tc', -0.1, 'a_b_c -0.1 1700000000\n'],
])('%s %s %d', (prefix, name, value, line) => {
  expect(lineOf(prefix, { name, value, time: 1_700_000_000 })).toBe(line);
});

test('pickles are read as what was written', () => {
  const point = fc.record({
    path: fc.stringMatching(/^[a-zé][a-z.;=0-9]{0,40}$/),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    time: fc.integer({ min: 0, max: 2_000_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(point, { maxLength: 1_200 }), (points) => {
      const lines = points.map(({ path: name, value, time }) => lineOf('', { name, value, time }));
      const read: SentPoint[] = [];
      const frames = new Frames((frame) => {
        const { points: some, bad } = readPoints(frame);
        expect(bad).toBe(0);
        expect(some.length).toBeLessThanOrEqual(500);
        read.push(...some);
      });
      expect(frames.push(pickled(Buffer.from(lines.join(''))))).toBe(true);
      // What is written has one zero.
      expect(read).toEqual(points.map((each) => ({ ...each, value: each.value === 0 ? 0 : each.value })));
    }),
    { numRuns: 20 },
  );
});

test('datagrams hold whole lines', () => {
  const lines = Array.from({ length: 100 }, (_, at) => `series.${at} 1 1\n`);
  const long = `${'x'.repeat(100)} 1 1\n`;
  const all = [...datagrams(Buffer.from([...lines.slice(0, 50), long, ...lines.slice(50)].join('')), 64)];
  expect(Buffer.concat(all).toString()).toBe(lines.join(''));
  expect(Math.max(...all.map(({ length }) => length))).toBeLessThanOrEqual(64);
});

const ALL = { include: [], exclude: [], replication: 'all' } as const;

test('series go to those who want them', async () => {
  const routing = await Routing.make([
    { ...ALL, id: 'a' },
    { ...ALL, id: 'b', include: ['^web\\.', '\\.cpu$'], exclude: ['secret'] },
  ]);
  const names = ['web.x', 'db.cpu', 'db.x', 'web.secret'];
  expect(names.map((name) => routing.placesOf(name))).toEqual([[0, 1], [0, 1], [0], [0]]);
  await expect(Routing.make([{ ...ALL, id: 'a', include: ['('] }])).rejects.toThrow(
    /graphite\.forward: the pattern "\("/,
  );
});

test('those who share by a ring get each series once, about the same number each', async () => {
  const ids = ['a', 'b', 'c'];
  const routing = await Routing.make(ids.map((id) => ({ ...ALL, id, replication: 'hash' as const })));
  const counts = [0, 0, 0];
  for (let at = 0; at < 3_000; at++) {
    const places = routing.placesOf(`series.${at}`);
    expect(places).toHaveLength(1);
    counts[places[0] ?? 0] = (counts[places[0] ?? 0] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(600);
});
