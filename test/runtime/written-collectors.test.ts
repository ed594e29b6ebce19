import { describe, expect, test } from 'vitest';
import { OBJECT_SCHEMAS } from '../../src/config/object-schemas.ts';
import type { Level, PackObject, YamlMap } from '../../src/model/pack.ts';
import type { Collector } from '../../src/plugins/kinds.ts';
import { CollectError } from '../../src/plugins/outcomes.ts';
import { Registry } from '../../src/plugins/registry.ts';
import { withWritten } from '../../src/runtime/written-collectors.ts';
import { fakeHost, never } from '../support/host.ts';

const object = (id: string, definition: YamlMap, packLevel: Level = 'local'): PackObject => ({
  ...{ type: 'collector', id, packName: id.split('/')[0] ?? '', packLevel, file: 'a.yml', line: 1, definition },
});

const collectorsOf = (objects: readonly PackObject[], others: readonly Collector[] = []): readonly Collector[] => [
  ...withWritten(
    { among: () => others } as never,
    new Registry<Collector>('collector'),
    () => ({ packs: [], objects, problems: [] }) as never,
  ),
];

const PROGRAM = { maas: { command: ['/opt/check', '-x'], interval: '30s', timeout: '5s', env: { kind: 'web' } } };

/** What the program is given, and what it printed. */
function ran(stdout: string, end: object = {}) {
  const given: unknown[] = [];
  const host = fakeHost({
    commands: {
      '/opt/check -x': (command) => {
        given.push(command);
        return { stdout, ...end };
      },
    },
  });
  return { host, given };
}

const [only] = collectorsOf([object('web/my-check', PROGRAM)]);
const collect = (host: ReturnType<typeof fakeHost>) =>
  only?.configure({})(host, never) ?? Promise.reject(new Error('none'));

describe('a program that a pack writes down', () => {
  test('is a collector with its name, times and metrics', async () => {
    const { host, given } = ran(
      'status okay fine\nmetric disk.sda.used int64 7 bytes\nmetric load double 1.5\nmetric big uint64 18446744073709551615\n',
    );
    expect(only).toMatchObject({ name: 'my_check', intervalMs: 30_000, timeoutMs: 7_000, pack: 'web' });
    expect(await collect(host)).toEqual({
      ...{ _status: 'okay', _message: 'okay fine', _up: 1 },
      disk: { sda: { used: 7 } },
      ...{ load: 1.5, big: '18446744073709551615' },
    });
    const env = {
      RAX_CHECK_ID: 'my_check',
      RAX_CHECK_PERIOD: '30',
      RAX_CHECK_TYPE: 'agent.plugin',
      RAX_DETAILS_KIND: 'web',
      kind: 'web',
    };
    expect(given).toMatchObject([{ argv: ['/opt/check', '-x'], timeoutMs: 5_000, env }]);
  });

  test.each([
    ['says so', 'status error broken\n', {}, 'error broken'],
    ['exits with a code', 'metric a int32 1\n', { exit: 2 }, 'Plugin exited with non-zero status code (code=2)'],
    ['exits with a code and a status', 'status broken\n', { exit: 1 }, 'broken'],
    ['takes too long', '', { timedOut: true, exit: null, signal: 'SIGKILL' }, "Plugin didn't finish in 5 seconds"],
    ['prints too much', 'status okay\n', { cut: true }, 'Plugin printed more than 1048576 bytes'],
    ['prints nonsense', 'hello\n', {}, 'Unrecognized line "hello"'],
  ])('is an error when it %s', async (_, stdout, end, message) => {
    const run = collect(ran(stdout, end).host);
    await expect(run).rejects.toBeInstanceOf(CollectError);
    await expect(run).rejects.toMatchObject({ message, partial: { _status: 'error', _message: message } });
  });

  test('that is not there is an error too', async () => {
    await expect(collect(fakeHost())).rejects.toThrow(/^Plugin cannot be started: ENOENT/);
  });

  test.each([
    [{ command: 'echo a | cat', shell: true }, ['/bin/sh', '-c', 'echo a | cat']],
    [{ command: '/bin/check  -a b' }, ['/bin/check', '-a', 'b']],
    [{ command: ['/bin/check'], user: 'nobody' }, ['runuser', '-u', 'nobody', '--', '/bin/check']],
  ])('%j is run as it should be', async (maas, argv) => {
    const [collector] = collectorsOf([object('web/a', { maas })]);
    const host = fakeHost({ commands: { [argv.join(' ')]: { stdout: 'status okay\n' } } });
    expect(await collector?.configure({})(host, never)).toMatchObject({ _status: 'okay' });
  });
});

describe('what packs write', () => {
  test('is the same collector as long as it is written the same way', () => {
    let definition: YamlMap = PROGRAM;
    const all = withWritten(
      { among: () => [] } as never,
      new Registry<Collector>('collector'),
      () => ({ packs: [], objects: [object('web/a', definition)], problems: [] }) as never,
    );
    const [first] = [...all];
    expect([...all][0]).toBe(first);
    definition = { maas: { command: '/opt/other' } };
    const [second] = [...all];
    expect(second?.revision).not.toBe(first?.revision);
  });

  test('never takes the place of another collector, nor runs what comes from the zone', () => {
    const builtIn = { name: 'memory' } as Collector;
    const names = collectorsOf(
      [object('web/memory', PROGRAM), object('far/a', PROGRAM, 'zone'), object('web/b', PROGRAM)],
      [builtIn],
    );
    expect(names.map(({ name }) => name)).toEqual(['memory', 'b']);
  });

  test('has fields that are checked', () => {
    expect(OBJECT_SCHEMAS.collector.safeParse(PROGRAM).success).toBe(true);
    expect(OBJECT_SCHEMAS.collector.safeParse({ maas: { shell: true } }).success).toBe(false);
    expect(OBJECT_SCHEMAS.collector.safeParse({}).success).toBe(false);
  });
});
