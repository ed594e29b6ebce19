import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { startProgram } from '../dns/open-door.ts';
import { RunningAgent } from '../support/agent.ts';
import { testOnSegment } from '../support/namespaces.ts';
import { tempDirectory } from '../support/temp.ts';

const run = promisify(execFile);
const OTHERS = '127.0.0.3';

testOnSegment(
  'with resolv.conf alone the C library finds our names at port 53, and those of others at the next server',
  async (segment) => {
    await using opened = new Disposal();
    using folder = tempDirectory();
    const { launcher } = segment.plug('here', ['10.79.0.1/24']);
    const home = join(folder.path, 'a');
    mkdirSync(join(home, 'etc'), { recursive: true });
    writeFileSync(join(home, 'etc/agent.yml'), 'groups: [dns-listener, redis]\n');
    opened.use(await new RunningAgent(home, { OPSBRO_NAME: 'a', OPSBRO_DNS__PORT: '53' }, { launcher }).ready());
    const [ip = '', ...words] = launcher;
    const own = ['-k', '-C', '/dev/null', '-p', '53', '-a', OTHERS, '--bind-interfaces', '--no-resolv', '--no-hosts'];
    const zone = ['--address=/other.test/192.0.2.7', '-u', 'root', `--pid-file=${folder.path}/pid`];
    startProgram(opened, ip, [...words, 'dnsmasq', ...own, ...zone]);
    const file = join(folder.path, 'resolv.conf');
    writeFileSync(file, `nameserver 127.0.0.1\nnameserver ${OTHERS}\n`);
    /** The addresses that a program of this machine gets, with that file in the place of the usual one. */
    const found = async (name: string) => {
      const within = `mount --bind ${file} /etc/resolv.conf && exec getent ahosts ${name}`;
      const { stdout } = await run(ip, [...words, 'unshare', '--mount', 'sh', '-c', within]).catch(() => ({
        stdout: '',
      }));
      return [...new Set(stdout.split('\n').flatMap((line) => line.split(' ').slice(0, 1)))].filter(Boolean);
    };
    await expect.poll(() => found('web.other.test'), { timeout: 10_000 }).toEqual(['192.0.2.7']);
    expect(await found('redis.group.opsbro')).toEqual(['127.0.0.1']);
    expect(await found('a.name.internet.opsbro')).toEqual(['127.0.0.1']);
    expect(await found('nope.group.opsbro')).toEqual([]);
  },
  60_000,
);
