import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import nagios from '../../src/handlers/nagios.ts';
import shinken from '../../src/handlers/shinken.ts';
import type { Message } from '../../src/model/alert.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { TryLater } from '../../src/plugins/delivery.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

const HOST = ALERT.node.uuid;
const NODE = { ...ALERT, kind: 'node', name: '', output: 'db-1 is dead' } as const;

/** What a daemon reads of a message, and what the handler says of it. `services` are those of the exported file. */
async function handedIn(message: Message, services?: readonly string[]) {
  using folder = tempDirectory();
  const pipe = join(folder.path, 'nagios.cmd');
  execFileSync('mkfifo', [pipe]);
  const file = services?.map((name) => `  service_description     ${name}\n`).join('');
  if (file !== undefined) writeFileSync(join(folder.path, `${HOST}.cfg`), file);
  const reader = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  await using host = systemHost(systemClock);
  const channel = nagios.configure({ external_command_file: pipe, cfg_path: folder.path });
  const delivery = await channel.notify(message, never, fakeDesk({ host }));
  const bytes = Buffer.alloc(65_536);
  const read = bytes.toString('utf8', 0, readSync(reader, bytes));
  closeSync(reader);
  return { read, remark: delivery?.remark };
}

test.each<[string, readonly string[] | undefined]>([
  ['Agent-load-average', undefined],
  ['Agent-load-average', ['Agent-load-average', 'Agent-linux-load-average']],
  ['Agent-linux-load-average', ['Agent-linux-load-average', 'Agent-own-load-average']],
])('a check is handed in as %s when the file has %j', async (service, services) => {
  const { read, remark } = await handedIn(messageOf([{ ...ALERT, perfdata: ['load1=9'] }]), services);
  expect(read).toBe(
    `[1700000000] PROCESS_SERVICE_CHECK_RESULT;${HOST};${service};2;CRITICAL: load is at 9 | load1=9\n`,
  );
  expect(remark).toBeUndefined();
});

test('a node is handed in as a host, dead or back', async () => {
  const back = { ...NODE, severity: 'ok', output: 'db-1 is back' } as const;
  expect((await handedIn(messageOf([NODE, back]))).read.split('\n').slice(0, 2)).toEqual([
    `[1700000000] PROCESS_HOST_CHECK_RESULT;${HOST};1;db-1 is dead`,
    `[1700000000] PROCESS_HOST_CHECK_RESULT;${HOST};0;db-1 is back`,
  ]);
});

test('what is neither a check nor a node is left out, and said', async () => {
  const { read, remark } = await handedIn(messageOf([NODE, { ...ALERT, kind: 'group' }]));
  expect(read.trim().split('\n')).toHaveLength(1);
  expect(remark).toBe('1 left out: nagios knows only checks and nodes');
});

test('a test hands nothing in', async () => {
  expect(await handedIn(messageOf([ALERT], { isTest: true }))).toEqual({
    read: '',
    remark: 'the pipe is read; a test hands nothing in',
  });
});

test('while nobody reads the message waits, and nothing is made where the pipe should be', async () => {
  using folder = tempDirectory();
  const pipe = join(folder.path, 'cmd');
  await using host = systemHost(systemClock);
  const channel = shinken.configure({ external_command_file: pipe });
  const refusal = () => channel.notify(messageOf(), never, fakeDesk({ host }));
  await expect(refusal()).rejects.toThrow(TryLater);
  expect(existsSync(pipe)).toBe(false);
  execFileSync('mkfifo', [pipe]);
  await expect(refusal()).rejects.toThrow(`nobody reads ${pipe}`);
  const plain = join(folder.path, 'plain');
  writeFileSync(plain, 'precious');
  const wrong = shinken.configure({ external_command_file: plain });
  await expect(wrong.notify(messageOf(), never, fakeDesk({ host }))).rejects.toThrow(`${plain} is not a named pipe`);
});
