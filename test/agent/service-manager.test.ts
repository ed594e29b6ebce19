import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tellReady } from '../../src/agent/service-manager.ts';
import { socketGroup } from '../../src/agent/socket-group.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { testWith } from '../support/services.ts';

/** Receives one datagram and prints it: Node cannot. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
s.settimeout(10)
print(s.recv(4096).decode(), flush=True)
`;

const log = (warnings: unknown[]) =>
  ({ logger: { ...silent, warn: (about: unknown) => void warnings.push(about) } }) as never;

test('where nobody waits to hear that the agent is ready, nothing is run', async () => {
  const host = { run: () => Promise.reject(new Error('run')) } as never;
  const warnings: unknown[] = [];
  await tellReady({ host, log: log(warnings) }, { PATH: '/usr/bin' });
  await tellReady({ host, log: log(warnings) }, { NOTIFY_SOCKET: '' });
  expect(warnings).toEqual([]);
});

test('an agent that cannot tell says so in its log and works on', async () => {
  const host = { run: () => Promise.reject(new Error('spawn systemd-notify ENOENT')) } as never;
  const warnings: unknown[] = [];
  await tellReady({ host, log: log(warnings) }, { NOTIFY_SOCKET: '/nowhere' });
  expect(warnings).toEqual([{ reason: 'spawn systemd-notify ENOENT' }]);
});

testWith('systemd-notify', 'systemd hears that the agent is ready, and its pid', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-notify-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const socket = join(folder, 'notify');
  const listener = spawn('python3', ['-c', LISTENER, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void listener.kill());
  let heard = '';
  listener.stdout.setEncoding('utf8').on('data', (text) => {
    heard += text;
  });
  await expect.poll(() => heard).toContain('listening');
  const warnings: unknown[] = [];
  await using host = systemHost(systemClock);
  const ended = once(listener, 'exit');
  await tellReady({ host, log: log(warnings) }, { NOTIFY_SOCKET: socket, PATH: process.env['PATH'] });
  await ended;
  expect(heard.split('\n')).toEqual(expect.arrayContaining(['READY=1', `MAINPID=${process.pid}`]));
});

test('the group of the socket is that of the machine, for an installed agent', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'opsbro-group-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'group');
  await writeFile(file, 'root:x:0:\nopsbrother:x:7:\nopsbro:x:998:anna,bob\n');
  expect(socketGroup({ kind: 'installed' }, file)).toBe(998);
  expect(socketGroup({ kind: 'given' }, file)).toBeUndefined();
  expect(socketGroup({ kind: 'installed' }, join(folder, 'none'))).toBeUndefined();
  await writeFile(file, 'opsbro:x:many:\n');
  expect(socketGroup({ kind: 'installed' }, file)).toBeUndefined();
});
