import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seeded } from '../../src/base/random.ts';
import { isOutside, parsePerfdata, parseRange } from '../../src/model/perfdata.ts';

const upTo = (end: number) => ({ start: 0, end, inverted: false });

test.each<[string, object[], number]>([
  ['time=0.004048s;;;0.000000;10.000000', [{ label: 'time', value: 0.004048, unit: 's', min: 0, max: 10 }], 0],
  [
    "'a b'=1 c=2",
    [
      { label: 'a b', value: 1 },
      { label: 'c', value: 2 },
    ],
    0,
  ],
  ["'it''s'=3", [{ label: "it's", value: 3 }], 0],
  [
    '/=33504100352B;216442024755;243497277849;0;270552530944',
    [
      {
        label: '/',
        value: 33_504_100_352,
        unit: 'B',
        warning: upTo(216_442_024_755),
        critical: upTo(243_497_277_849),
        min: 0,
        max: 270_552_530_944,
      },
    ],
    0,
  ],
  [
    'load1=1.640;15.000;30.000;0; ',
    [{ label: 'load1', value: 1.64, warning: upTo(15), critical: upTo(30), min: 0 }],
    0,
  ],
  ['pl=0%;20;60;0;', [{ label: 'pl', value: 0, unit: '%', min: 0, max: 100 }], 0],
  ['rta=0.050000ms;100.000000;500.000000;0.000000', [{ label: 'rta', value: 0.05, unit: 'ms' }], 0],
  ['Connections=11c;;;;', [{ label: 'Connections', value: 11, unit: 'c' }], 0],
  [
    'procs=79;1:;0:1000;0;',
    [{ warning: { start: 1, end: Number.POSITIVE_INFINITY, inverted: false }, critical: upTo(1_000), min: 0 }],
    0,
  ],
  ['procs=80;x;;0;', [{ label: 'procs', value: 80 }], 1],
  ['size=2MB', [{ label: 'size', value: 2, unit: 'MB' }], 0],
  ['t=U', [{ label: 't', value: null }], 0],
  ['t=U;1;2', [{ label: 't', value: null }], 0],
  ['a=1 junk b=2', [{ label: 'a' }, { label: 'b' }], 1],
  ['C: Total=5GB', [{ label: 'Total', value: 5, unit: 'GB' }], 1],
  [
    'packet_loss=0, rta=0.80',
    [
      { label: 'packet_loss', value: 0 },
      { label: 'rta', value: 0.8 },
    ],
    0,
  ],
  ['a=1;2;3;4;5;6', [{ label: 'a', value: 1 }], 1],
  ['a=', [], 1],
  ['=1', [], 1],
  ['a=x', [], 1],
  ["'a=1", [], 1],
  [
    'temp=-5.5C;~:10;~:20',
    [{ label: 'temp', value: -5.5, unit: 'C', warning: { start: Number.NEGATIVE_INFINITY, end: 10, inverted: false } }],
    0,
  ],
  ['v=1e3', [{ value: 1_000 }], 0],
  ['v=.5', [{ value: 0.5 }], 0],
  ['v=5.', [{ value: 5 }], 0],
  ['v=0,80', [{ value: 0.8 }], 0],
  [
    '__proto__=1 constructor=2',
    [
      { label: '__proto__', value: 1 },
      { label: 'constructor', value: 2 },
    ],
    0,
  ],
  ['a=1 a=2', [{ label: 'a', value: 2 }], 0],
])('%s is read', (text, items, bad) => {
  const read = parsePerfdata(text);
  expect(read.items).toHaveLength(items.length);
  expect(read.items).toMatchObject(items);
  expect(read.bad).toBe(bad);
});

test.each<[string, number[], number[]]>([
  ['10', [-0.1, 10.1], [0, 10]],
  ['10:', [9.99], [10, 1e9]],
  [':10', [-0.1, 10.1], [0, 10]],
  ['~:10', [10.1], [10, -1e9]],
  ['10:20', [9, 21], [10, 20]],
  ['@10:20', [10, 15, 20], [9, 21]],
  ['@10', [0, 10], [-1, 11]],
  ['-10:10', [-11, 11], [-10, 10]],
  ['10:10', [9, 11], [10]],
  ['~:', [], [-1e9, 0, 1e9]],
])('the range %s alerts of what it should', (text, alerts, silent) => {
  const range = parseRange(text);
  if (!range) throw new Error(`${text} was not read`);
  expect(alerts.filter((value) => !isOutside(range, value))).toEqual([]);
  expect(silent.filter((value) => isOutside(range, value))).toEqual([]);
});

test.each(['20:10', '-10', '@', 'abc', '1:2:3', ''])('%s is no range', (text) => {
  expect(parseRange(text)).toBeUndefined();
});

test('no text makes the parser throw or take long', () => {
  const piece = fc.constantFrom("'", '=', ';', ' ', '1', 'a', '|', ',', '%', ':', '~', '@', '.', '-', '\n', 'U', 'é');
  const text = fc.oneof(
    fc.string({ maxLength: 200 }),
    fc.array(piece, { maxLength: 400 }).map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(text, (any) => parsePerfdata(any).items.length >= 0),
    { numRuns: 2_000, seed: 1 },
  );
  for (const hostile of ["'".repeat(60_000), "'a ".repeat(20_000), `${"'x' ".repeat(15_000)}=`, 'a='.repeat(30_000)]) {
    const start = performance.now();
    parsePerfdata(hostile);
    expect(performance.now() - start).toBeLessThan(500);
  }
});

test.each([
  ['size=2MB', 2_097_152, 'B'],
  ['size=2KiB', 2_048, 'B'],
  ['size=2kB', 2_048, 'B'],
  ['size=2B', 2, 'B'],
  ['size=2b', 2, 'b'],
  ['rta=0.050000ms', 0.000_05, 's'],
  ['t=3us', 0.000_003, 's'],
  ['t=3s', 3, 's'],
  ['pl=5%', 5, '%'],
  ['c=11c', 11, 'c'],
  ['temp=-5.5C', -5.5, 'C'],
  ['t=U', null, ''],
])('the base of %s is %d %s', (text, baseValue, baseUnit) => {
  const [item] = parsePerfdata(text).items;
  if (baseValue === null) expect(item?.baseValue).toBeNull();
  else expect(item?.baseValue).toBeCloseTo(baseValue, 12);
  expect(item?.baseUnit).toBe(baseUnit);
});

test('a hundred thousand texts of any kind are read', () => {
  const pieces = [
    "'",
    "''",
    '=',
    ';',
    ' ',
    '1',
    'a',
    'load1=',
    '|',
    ',',
    '%',
    ':',
    '~:',
    '@',
    '.5',
    '-',
    '\n',
    'U',
    'MB',
    '1e9',
  ];
  const random = seeded(7);
  const pick = (): string => pieces[Math.floor(random() * pieces.length)] ?? '';
  let items = 0;
  for (let count = 0; count < 100_000; count++) {
    items += parsePerfdata(Array.from({ length: Math.floor(random() * 24) }, pick).join('')).items.length;
  }
  expect(items).toBeGreaterThan(1_000);
});
