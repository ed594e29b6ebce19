import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemCode } from '../../src/base/errors.ts';
import { silent } from '../../src/base/log.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import type { CheckSummary, Member } from '../../src/model/member.ts';
import type { Command, Ended } from '../../src/net/host.ts';
import { ShinkenExport } from '../../src/shinken/export.ts';
import { OUR_MARK } from '../../src/shinken/host-file.ts';
import { exportSettings } from '../../src/shinken/settings.ts';
import { SimulatedClock } from '../support/clock.ts';
import { ended } from '../support/host.ts';
import { lookUntil } from '../support/look-until.ts';
import { check, member } from '../support/nodes.ts';
import { tempDirectory } from '../support/temp.ts';

const idOf = (last: number) => `0f2e4c6a-1111-4222-8333-94445555000${last}`;
const BROKEN: CheckSummary = { state: 'critical', hard: true, changed: 5, output: 'load is at 9' };

/** An export of three nodes whose reloads are only noted, in virtual time. */
function begun(directory: string, parameters: object = {}) {
  const clock = new SimulatedClock();
  const bus = new Bus<AgentEvent>((error) => {
    throw error;
  });
  const nodes = [1, 2, 3].map((each) => member(idOf(each), { name: `n${each}`, zone: 'lan' }));
  const members = new Map<string, Member>(nodes.map((each) => [each.id, each]));
  const [self] = nodes as [Member, ...Member[]];
  const commands: string[] = [];
  const troubles = new Map<string, string>();
  const state = { end: {} as Partial<Ended>, reloads: 0 };
  const settings = exportSettings({ enabled: true, cfg_path: directory, reload_command: 'reload', ...parameters });
  if (settings === undefined) throw new Error('it is off');
  const running = new ShinkenExport({
    ...{ settings, clock, bus, log: silent, membership: { self, members } },
    host: {
      exists: async (path) => existsSync(path),
      async run({ argv }: Command) {
        commands.push(argv.at(-1) ?? '');
        return ended(state.end);
      },
    },
    checks: () => [check('linux/load-average', { output: 'fine', perfdata: ['load1=0.5'] })],
    takesZone: (zone) => zone === 'lan',
    reloaded: () => {
      state.reloads += 1;
    },
    trouble: (about, text) => void troubles.set(about, text),
  });
  /** Lets time go by; then files are written and programs end, until so many commands have been run. */
  const pass = async (ms: number, commandCount = commands.length) => {
    await clock.runAsync(ms);
    await lookUntil(
      async () => commands.length,
      (count) => count >= commandCount,
      50,
    );
    await clock.runAsync(0);
  };
  /** A node is otherwise from now on. */
  const become = (type: 'member-update' | 'member-failed' | 'member-leave', node: number, change: Partial<Member>) => {
    const before = members.get(idOf(node)) ?? member(idOf(node), { zone: 'lan' });
    const now = { ...before, ...change };
    if (type === 'member-leave') members.delete(now.id);
    else members.set(now.id, now);
    bus.emit({ type, member: now, before });
  };
  return { ...{ running, clock, members, bus, commands, troubles, state, pass, become } };
}

/** Reads what is in a pipe, as the daemon would. */
function readerOf(pipe: string): { read(): readonly string[] } & Disposable {
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const bytes = Buffer.alloc(65_536);
  const take = () => {
    try {
      return readSync(reader, bytes);
    } catch (error) {
      if (systemCode(error) === 'EAGAIN') return 0;
      throw error;
    }
  };
  return {
    read: () => bytes.toString('utf8', 0, take()).split('\n').slice(0, -1),
    [Symbol.dispose]: () => closeSync(reader),
  };
}

const filesIn = (path: string) => readdirSync(path).sort();
const bothOf = (...nodes: number[]) => nodes.flatMap((each) => [`${idOf(each)}.cfg`, `${idOf(each)}.sha1`]);

test('each node has a file; changes of two seconds make one reload, and what is the same is left alone', async () => {
  using folder = tempDirectory();
  const directory = join(folder.path, 'new', 'agent');
  const { running, commands, pass, become, state } = begun(directory);
  using _ = running;
  await lookUntil(
    async () => state.reloads,
    (count) => count === 1,
    50,
  );
  expect(filesIn(directory)).toEqual(bothOf(1, 2, 3));
  expect(lstatSync(directory).mode & 0o777).toBe(0o755);

  become('member-update', 2, { groups: ['linux', 'web'] });
  become('member-update', 3, { groups: ['linux', 'db'] });
  await pass(2_000, 2);
  expect(readFileSync(join(directory, `${idOf(2)}.cfg`), 'utf8')).toContain('agent,opsbro,linux,web,lan');
  expect(commands).toEqual(['reload', 'reload']);

  become('member-update', 2, { rttMs: 3 });
  become('member-failed', 3, { state: 'dead' });
  await pass(2_000);
  expect([filesIn(directory).length, commands.length]).toEqual([6, 2]);

  become('member-leave', 3, { state: 'left' });
  await pass(2_000, 3);
  expect([filesIn(directory), commands.length]).toEqual([bothOf(1, 2), 3]);
});

test('the next start finds its files as they were: no reload', async () => {
  using folder = tempDirectory();
  const first = begun(folder.path);
  await lookUntil(
    async () => first.state.reloads,
    (count) => count === 1,
    50,
  );
  first.running[Symbol.dispose]();
  const second = begun(folder.path);
  const looked = await lookUntil(
    async () => second.troubles.get('files'),
    (text) => text !== undefined,
    50,
  );
  expect(looked).toBe('');
  await second.pass(5_000);
  second.running[Symbol.dispose]();
  expect(second.commands).toEqual([]);
});

test('files of nodes that are gone are deleted, files of others never, and links are not followed', async () => {
  using folder = tempDirectory();
  const directory = join(folder.path, 'agent');
  mkdirSync(directory);
  const foreign = [`${idOf(7)}.cfg`, 'mine.cfg', `${idOf(8)}.txt`];
  for (const name of foreign) writeFileSync(join(directory, name), 'define host {}\n');
  writeFileSync(join(directory, `${idOf(9)}.cfg`), `${OUR_MARK}\n`);
  const target = join(folder.path, 'target');
  writeFileSync(target, 'precious');
  symlinkSync(target, join(directory, `${idOf(1)}.cfg`));
  const { running, state } = begun(directory);
  await lookUntil(
    async () => state.reloads,
    (count) => count === 1,
    50,
  );
  running[Symbol.dispose]();
  expect(filesIn(directory)).toEqual([...foreign, ...bothOf(1, 2, 3)].sort());
  expect(readFileSync(target, 'utf8')).toBe('precious');
});

test('a reload that fails is tried again after 10 s, 20 s and so on; a check that fails prevents it', async () => {
  using folder = tempDirectory();
  const { running, commands, troubles, state, pass } = begun(folder.path, { config_check_command: 'verify' });
  using _ = running;
  state.end = { exit: 1, stdout: 'Nagios Core\n\nError: no such template\nLast line\n' };
  await lookUntil(
    async () => commands.length,
    (count) => count === 1,
    50,
  );
  await pass(0);
  expect(troubles.get('reload')).toBe('not reloaded: verify: exit code 1: Error: no such template');
  await pass(9_999);
  expect(commands).toEqual(['verify']);
  await pass(1, 2);
  await pass(19_999);
  expect(commands).toEqual(['verify', 'verify']);
  state.end = {};
  await pass(1, 4);
  expect(commands).toEqual(['verify', 'verify', 'verify', 'reload']);
  expect([troubles.get('reload'), state.reloads]).toEqual(['', 1]);
});

test('a directory that cannot be written is a trouble, and gone when it can', async () => {
  using folder = tempDirectory();
  const path = join(folder.path, 'agent');
  writeFileSync(path, 'a file');
  const { running, troubles } = begun(path);
  using _ = running;
  const trouble = await lookUntil(
    async () => troubles.get('files'),
    (text) => text !== undefined,
    50,
  );
  expect(trouble).toMatch(/EEXIST|ENOTDIR/);
});

test('results wait for the pipe, the newest of each service; nothing is made in its place', async () => {
  using folder = tempDirectory();
  const pipe = join(folder.path, 'cmd');
  const { running, become, pass, state } = begun(join(folder.path, 'agent'), { external_command_file: pipe });
  using _ = running;
  await lookUntil(
    async () => state.reloads,
    (count) => count === 1,
    50,
  );
  become('member-failed', 3, { state: 'dead' });
  await pass(1_000);
  expect(existsSync(pipe)).toBe(false);
  execFileSync('mkfifo', [pipe]);
  await pass(1_000);
  using reader = readerOf(pipe);
  const lines = await lookUntil(
    async () => {
      await pass(1_000);
      return reader.read();
    },
    (read) => read.length > 0,
    50,
  );
  expect(lines.map((line) => line.replace(/^\[\d+\] /, '')).sort()).toEqual([
    `PROCESS_HOST_CHECK_RESULT;${idOf(1)};0;n1 is alive`,
    `PROCESS_HOST_CHECK_RESULT;${idOf(2)};0;n2 is alive`,
    `PROCESS_HOST_CHECK_RESULT;${idOf(3)};1;n3 is dead`,
  ]);
});

test('a check that changes is handed in; those of this node with all they said', async () => {
  using folder = tempDirectory();
  const pipe = join(folder.path, 'cmd');
  execFileSync('mkfifo', [pipe]);
  const { running, members, bus, pass, clock, state } = begun(join(folder.path, 'agent'), {
    external_command_file: pipe,
  });
  using _ = running;
  using reader = readerOf(pipe);
  await lookUntil(
    async () => state.reloads,
    (count) => count === 1,
    50,
  );
  await pass(100);
  await lookUntil(
    async () => reader.read(),
    (read) => read.length > 0,
    50,
  );
  const at = Math.floor(clock.wall() / 1_000);
  for (const node of [1, 2]) {
    const before = members.get(idOf(node));
    if (before === undefined) throw new Error('there is no such node');
    const now = { ...before, checks: new Map([['linux/load-average', BROKEN]]) };
    members.set(now.id, now);
    bus.emit({ type: 'record-change', part: 'checks', member: now, before });
  }
  const lines = await lookUntil(
    async () => {
      await pass(100);
      return reader.read();
    },
    (read) => read.length > 0,
    50,
  );
  expect(lines).toEqual([
    `[${at}] PROCESS_SERVICE_CHECK_RESULT;${idOf(1)};Agent-load-average;0;fine | load1=0.5`,
    `[${at}] PROCESS_SERVICE_CHECK_RESULT;${idOf(2)};Agent-load-average;2;load is at 9`,
  ]);
});

test('which nodes are exported: those of the zones, not forgotten ones, not plain Serf agents, and no paths', async () => {
  using folder = tempDirectory();
  const { running, commands, clock, pass, become } = begun(folder.path, { remove_dead_after: '1h' });
  using _ = running;
  await pass(0, 1);
  const since = clock.wall();
  become('member-update', 4, { zone: 'elsewhere' });
  become('member-update', 5, { kind: 'serf' });
  become('member-update', 6, { id: '../../evil' });
  become('member-failed', 3, { state: 'dead', since });
  await pass(2_000);
  expect(filesIn(folder.path)).toEqual(bothOf(1, 2, 3));
  await pass(3_600_000);
  await pass(62_000, 2);
  expect([filesIn(folder.path), commands.length]).toEqual([bothOf(1, 2), 2]);
});
