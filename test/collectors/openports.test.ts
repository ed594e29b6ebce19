import { expect, test } from 'vitest';
import openports from '../../src/collectors/openports.ts';
import { parseSockets } from '../../src/collectors/support/socket-table.ts';
import { look } from '../support/collecting.ts';
import { fakeHost, never } from '../support/host.ts';
import { MODERN } from '../support/machines.ts';

const LINKS = {
  '/proc/1/fd/0': '/dev/null',
  '/proc/400/fd/3': 'socket:[1591]',
  '/proc/400/fd/4': 'socket:[1593]',
};

const dirs = Object.keys(LINKS);

test('tells the ports of what listens, sorted, and not those of connections', async () => {
  const tree = await look(openports.configure({}), fakeHost({ files: MODERN }));
  expect(tree).toMatchObject({ ports: [22, 6_770], udp_ports: [53] });
});

test('root learns which process listens; what nobody holds has none', async () => {
  const tree = await look(openports.configure({}), fakeHost({ files: MODERN, links: LINKS, dirs }));
  const ssh = { state: 'LISTEN', pid: 400, process: 'sshd' };
  expect(tree['details']).toEqual({
    tcp: [
      { proto: 'tcp', source: '0.0.0.0:22', dest: '0.0.0.0:*', ...ssh },
      { proto: 'tcp', source: '127.0.0.1:6770', dest: '0.0.0.0:*', state: 'LISTEN' },
      { proto: 'tcp6', source: '[::]:22', dest: '[::]:*', ...ssh },
    ],
    udp: [{ proto: 'udp', source: '127.0.0.1:53', dest: '0.0.0.0:*', state: 'UNCONN' }],
  });
});

test('who may not see the files of others is told of no process', async () => {
  const own = { '/proc/400/fd/3': 'socket:[1591]' };
  const tree = await look(openports.configure({}), fakeHost({ files: MODERN, links: own, dirs: Object.keys(own) }));
  expect(JSON.stringify(tree)).not.toContain('pid');
});

test('open files are looked at only when there is a new socket, or its process is gone', async () => {
  const collect = openports.configure({});
  const files: Record<string, string> = { ...MODERN };
  const host = fakeHost({ files, links: LINKS, dirs });
  let asked = 0;
  const counting = { ...host, readlink: (path: string) => host.readlink(path).finally(() => asked++) };
  await look(collect, counting);
  const first = asked;
  await look(collect, counting);
  expect([first > 0, asked]).toEqual([true, first]);

  delete files['/proc/400/comm'];
  expect(JSON.stringify(await look(collect, counting))).not.toContain('sshd');
  await look(collect, counting);
  expect(asked).toBeGreaterThan(first);
});

test.each([
  '',
  '0: 0100007F:1A72',
  '0: XX:0016 00000000:0000 0A 0 0 0 0 0 12',
  '0: 0100007F:0016 00000000:0000 0A 0 0 0 0 0 x',
])('nothing is made of the line "%s"', (line) => {
  expect(parseSockets('tcp', line)).toEqual([]);
});

test('connections of a busy server are not asked for: what listens comes first', async () => {
  const host = fakeHost({ files: MODERN });
  const asked = new Map<string, (piece: string) => boolean>();
  await look(openports.configure({}), {
    ...host,
    readUntil: (path, isEnough) => {
      asked.set(path, isEnough);
      return host.readFile(path);
    },
  });
  const line = (state: string) =>
    `  1: 0100007F:1A72 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 20001 1\n`;
  expect([...asked.keys()]).toEqual(['/proc/net/tcp', '/proc/net/tcp6']);
  for (const isEnough of asked.values()) {
    expect(isEnough(line('0A') + line('03'))).toBe(false);
    expect(isEnough(line('0A') + line('01'))).toBe(true);
    expect(isEnough(line('06'))).toBe(true);
  }
});

test('a machine without the table is not eligible', async () => {
  await expect(openports.configure({})(fakeHost(), never)).rejects.toThrow('this system has no /proc/net/tcp');
});
