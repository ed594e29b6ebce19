import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLines } from '../../src/openstack/line-reader.ts';
import { linesOf, type Printing, printed } from '../../src/openstack/lines.ts';
import type { Metric, ProbeRun } from '../../src/openstack/metric.ts';
import { formOf } from './forms.ts';

const SEED: Printing = { profile: 'seed', aliases: 'left out', maxMetrics: 0, times: 'double' };

const run = (part: Partial<ProbeRun>): ProbeRun => ({
  ...{ plugin: 'nova_api_local_check', status: 'okay', message: '', metrics: [], isUp: true, missing: new Map() },
  ...{ timings: { ttfbMs: 1.5, totalMs: 2 }, requests: [] },
  ...part,
});

const time: Metric = { name: 'nova_api_local_response_time', type: 'double', value: 12.5, unit: 'ms' };
const down: Metric = { name: 'nova_api_local_status', type: 'uint32', value: 0, unit: '' };

const linesFor = (part: Partial<ProbeRun>, printing: Partial<Printing> = {}) =>
  linesOf(printed(run(part), { ...SEED, ...printing }));

describe('what a run prints', () => {
  test('an error is one line, with its last characters and its line ends as two', () => {
    const message = `${'x'.repeat(400)}a\nb\r\nc`;
    const text = linesFor({ status: 'error', message, metrics: [time] });
    expect(text).toBe(`status error ${'x'.repeat(244)}a\\nb\\nc\n`);
  });

  test('times have three digits, or none where that is wanted', () => {
    expect(linesFor({ metrics: [time] })).toBe('status okay\nmetric nova_api_local_response_time double 12.500 ms\n');
    const rounded = linesFor({ metrics: [{ ...time, value: 12.6 }] }, { times: 'uint32' });
    expect(rounded).toBe('status okay\nmetric nova_api_local_response_time uint32 13 ms\n');
  });

  test('more metrics than are allowed are an error', () => {
    expect(linesFor({ metrics: [time, down] }, { maxMetrics: 1 })).toBe(
      'status error Maximum of 1 metrics per check\n',
    );
    expect(linesFor({ metrics: [time] }, { maxMetrics: 1 })).toMatch(/^status okay/);
  });

  test('texts have no unit and stay on one line', () => {
    const metrics: Metric[] = [{ name: 'a', type: 'string', value: 'b\nc', unit: 'ms' }];
    expect(linesFor({ metrics })).toBe('status okay\nmetric a string b\\nc\n');
  });

  const word = fc.stringMatching(/^[a-z][\w-]{0,20}$/);
  const metric = fc.oneof(
    fc.record({ name: word, type: fc.constantFrom('uint32', 'int32'), value: fc.nat(), unit: word }),
    fc.record({
      name: word,
      type: fc.constantFrom('uint64', 'int64'),
      value: fc.bigInt(0n, 2n ** 64n - 1n),
      unit: fc.constant(''),
    }),
    fc.record({ name: word, type: fc.constant('string'), value: word, unit: fc.constant('') }),
  ) as fc.Arbitrary<Metric>;

  test('can be read by whoever follows the grammar', () => {
    fc.assert(
      fc.property(fc.array(metric), (metrics) => {
        const { metrics: read, isError } = readLines(linesFor({ metrics }));
        expect(isError).toBe(false);
        expect(read.map(({ name, type, value, unit }) => [name, type, String(value), unit])).toEqual(
          metrics.map(({ name, type, value, unit }) => [name, type, String(value), unit]),
        );
      }),
    );
  });
});

describe('the grammar', () => {
  test.each([
    [
      'status okay\nmetric a int 1\n',
      { status: 'okay', state: 'available', metrics: [{ name: 'a', type: 'int64', value: 1n }] },
    ],
    [
      'metric a.b.c float 1.5 ms',
      { status: 'success', metrics: [{ name: 'c', dimension: 'a.b', type: 'double', value: 1.5, unit: 'ms' }] },
    ],
    ['metric a string one two  three', { metrics: [{ value: 'one two three', unit: '' }] }],
    ['metric a uint64 18446744073709551615', { metrics: [{ value: 18446744073709551615n }] }],
    [
      'status ok all is well',
      { status: 'all is well', metrics: [{ name: 'legacy_state', type: 'string', value: 'ok' }] },
    ],
    ['status err broken', { status: 'broken', metrics: [{ name: 'legacy_state', value: 'err' }] }],
    ['status one\nstatus two', { status: 'one', warnings: ['a second status line was passed over'] }],
    ['state unavailable\nstatus gone', { state: 'unavailable', status: 'gone' }],
    ['timestamp 1700000000000\nstatus x', { timestamp: 1_700_000_000_000 }],
    [`status ${'x'.repeat(300)}yz`, { status: `${'x'.repeat(254)}yz` }],
  ])('%j is read', (text, reading) => {
    expect(readLines(text)).toMatchObject({ isError: false, ...reading });
  });

  test.each([
    ['hello there', 'Unrecognized line "hello there"'],
    ['state perhaps', 'Unrecognized line "state perhaps"'],
    ['metric a int', 'Metric line not in the following format: metric <name> <type> <value> [<unit>]'],
    ['metric a bool 1', 'Invalid type "bool" for metric "a"'],
    ['metric a int32 1 b c', 'Invalid "<value> [<unit>]" combination "1 b c" for a non-string metric'],
    ['metric a int32 x', 'Invalid value "x" for metric "a" of type int32'],
  ])('%j is a fault that nothing outlives', (line, status) => {
    const reading = readLines(`status okay\nmetric b int32 1\n${line}\nstatus late`);
    expect(reading).toMatchObject({ state: 'unavailable', status, isError: true, metrics: [] });
  });

  test('ten thousand metrics are read, and no more', () => {
    const lines = (count: number) => Array.from({ length: count }, (_, at) => `metric m${at} int32 ${at}`).join('\n');
    expect(readLines(lines(10_000)).metrics).toHaveLength(10_000);
    expect(readLines(lines(10_001))).toMatchObject({ isError: true, status: 'More than 10000 metrics' });
  });

  test('whatever is printed is read or refused', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string(),
            fc.string().map((text) => `metric ${text}`),
          ),
        ),
        (lines) => {
          const { state, isError } = readLines(lines.join('\n'));
          expect(isError ? state : 'fine').not.toBe('available');
        },
      ),
    );
  });
});

describe('other forms', () => {
  const metrics: Metric[] = [
    { ...down, value: 1 },
    time,
    {
      name: 'nova-compute_on_host_c1',
      type: 'uint32',
      value: 1,
      unit: '',
      place: ['services', 'nova-compute', 'c1'],
      tags: { binary: 'nova-compute', host: 'c1' },
    },
    { name: 'a b', type: 'string', value: 'say "x"', unit: '' },
    { name: 'big', type: 'uint64', value: 18446744073709551615n, unit: 'bytes' },
  ];

  test('the line protocol', () => {
    const fields =
      'client_success=1,nova_api_local_status=1,nova_api_local_response_time=12.500,nova-compute_on_host_c1=1,a_b="say \\"x\\"",big=18446744073709551615';
    expect(formOf(run({ metrics }), 'influx')).toEqual({
      text: `maas_nova,rpc_maas=1 ${fields} 1700000000000000000\n`,
      exit: 0,
    });
    const error = formOf(run({ status: 'error', message: 'x', isUp: undefined }), 'influx');
    expect(error).toEqual({ text: 'maas_nova,rpc_maas=1 client_success=0 1700000000000000000\n', exit: 0 });
    expect(formOf(run({ metrics: [down], isUp: false }), 'influx', 'marked').text).toContain(
      'client_success=0i,nova_api_local_status=0i ',
    );
  });

  test('the exposition of Prometheus', () => {
    const { text, exit } = formOf(run({ metrics }), 'prometheus');
    expect(exit).toBe(0);
    expect(text.split('\n').filter((line) => !line.startsWith('#'))).toEqual([
      'opsbro_maas_up{plugin="nova_api_local_check"} 1',
      'opsbro_maas_nova_api_local_status{plugin="nova_api_local_check"} 1',
      'opsbro_maas_nova_api_local_response_time{plugin="nova_api_local_check"} 12.5',
      'opsbro_maas_services{plugin="nova_api_local_check",binary="nova-compute",host="c1"} 1',
      'opsbro_maas_a_b_info{plugin="nova_api_local_check",value="say \\"x\\""} 1',
      'opsbro_maas_big{plugin="nova_api_local_check"} 18446744073709551615',
      '',
    ]);
  });

  test.each([
    [
      { metrics: [{ ...down, value: 1 }, time] },
      0,
      "NOVA_API_LOCAL_CHECK OK - 2 metrics | 'nova_api_local_status'=1 'nova_api_local_response_time'=12.500ms\n",
    ],
    [
      { metrics: [down], isUp: false, message: 'refused' },
      2,
      "NOVA_API_LOCAL_CHECK CRITICAL - nova_api_local_status 0: refused | 'nova_api_local_status'=0\n",
    ],
    [{ status: 'error', message: 'no | key\nstone' }, 3, 'NOVA_API_LOCAL_CHECK UNKNOWN - no / key stone\n'],
  ] as const)('a line of Nagios for %j', (part, exit, text) => {
    expect(formOf(run(part as Partial<ProbeRun>), 'nagios')).toEqual({ text, exit });
  });

  test('JSON', () => {
    const document = JSON.parse(formOf(run({ metrics: [time, ...metrics.slice(4)] }), 'json').text) as Record<
      string,
      unknown
    >;
    expect(document).toMatchObject({
      ...{ plugin: 'nova_api_local_check', status: 'okay', message: '', exit: 0 },
      metrics: [
        { name: time.name, type: 'double', value: 12.5, unit: 'ms', tags: {} },
        { value: '18446744073709551615' },
      ],
      timings: { ttfb_ms: 1.5, total_ms: 2 },
      requests: [],
    });
  });
});
