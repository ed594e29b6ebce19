import { once } from 'node:events';
import { utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import script from '../../src/checks/script.ts';
import type { CheckResult } from '../../src/model/check.ts';
import { parsePerfdata } from '../../src/model/perfdata.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { checkContext } from '../support/check.ts';
import { never } from '../support/host.ts';
import { pagesOf } from '../support/pages.ts';
import { startMariaDb } from '../support/servers/mariadb.ts';
import { program, testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

/** Runs a plugin as checks do. */
async function ran(line: string): Promise<CheckResult> {
  await using host = systemHost(systemClock);
  return await script.configure({ script: line, nice: 0 })(checkContext({ host }), never);
}

/** Labels of what a plugin measured, every item of which could be read. */
function labelsOf({ perfdata = [] }: CheckResult, bad = 0): string[] {
  const read = parsePerfdata(perfdata.join(' '));
  expect(read.bad).toBe(bad);
  return read.items.map(({ label }) => label);
}

type Row = readonly [line: string, state: CheckResult['state'], output: RegExp, labels?: readonly string[]];

/** What Debian's plugins say of this machine; numbers vary. */
const ROWS: readonly Row[] = [
  ["check_dummy 0 'all fine'", 'ok', /^OK: all fine$/],
  ["check_dummy 1 'This is the exit text'", 'warning', /^WARNING: This is the exit text$/],
  ['check_dummy 2', 'critical', /^CRITICAL$/],
  ['check_dummy 4 x', 'unknown', /^UNKNOWN: Status 4 is not a supported error state$/],
  ['check_dummy', 'unknown', /^check_dummy: Could not parse arguments$/],
  [
    'check_load -w 1500,1000,500 -c 3000,2500,2000',
    'ok',
    /^LOAD OK - total load average: /,
    ['load1', 'load5', 'load15'],
  ],
  [
    'check_load -r -w 0,0,0 -c 0.001,0.001,0.001',
    'critical',
    /^LOAD CRITICAL - scaled load average: .* - total load average: /,
    ['load1', 'scaled_load1', 'load5', 'scaled_load5', 'load15', 'scaled_load15'],
  ],
  ['check_disk -w 1% -c 0% -p /', 'ok', /^DISK OK - free space: \/ \d+MiB \(/, ['/']],
  ['check_disk -w 1% -c 0% -p / -p /dev/shm', 'ok', /^DISK OK - free space: /, ['/', '/dev/shm']],
  ['check_disk -w 100% -c 100% -p /', 'critical', /^DISK CRITICAL - free space: /, ['/']],
  [
    'check_disk -w 5 -c 1 -p /nonexist',
    'critical',
    /^DISK CRITICAL - \/nonexist is not accessible: No such file or directory$/,
  ],
  ['check_procs -w 1: -c 0:100000', 'ok', /^PROCS OK: \d+ processes$/, ['procs']],
  [
    'check_procs -c 1: -C nosuchproc',
    'critical',
    /^PROCS CRITICAL: 0 processes with command name 'nosuchproc'$/,
    ['procs'],
  ],
  [
    'check_procs -m VSZ -w 100 -c 200',
    'critical',
    /^VSZ CRITICAL: \d+ crit, \d+ warn out of \d+ processes$/,
    ['procs', 'procs_warn', 'procs_crit'],
  ],
  ['check_users -w 5000 -c 10000', 'ok', /^USERS OK - \d+ users currently logged in$/, ['users']],
  ['check_tcp -V', 'unknown', /^check_tcp v\d/],
  ['check_tcp -H 127.0.0.1 -p 1', 'critical', /^connect to address 127\.0\.0\.1 and port 1: Connection refused$/],
  [
    'check_ping -H nosuch.invalid -w 100,20% -c 500,60% -p 1',
    'unknown',
    /^check_ping: Invalid hostname\/address - nosuch/,
  ],
  ['check_icmp -H 127.0.0.1 -n 2', 'ok', /^OK - 127\.0\.0\.1: rta [\d.]+ms, lost 0%$/, ['rta', 'pl', 'rtmax', 'rtmin']],
  [
    'check_cluster -s -d 0,0,2,2 -w 0 -c 1 -l web',
    'critical',
    /^CLUSTER CRITICAL: web: 2 ok, 0 warning, 0 unknown, 2 critical$/,
  ],
];

for (const [line, state, output, labels = []] of ROWS) {
  testWith(line.split(' ', 1)[0] ?? '', `${line} is ${state}`, async () => {
    const result = await ran(line);
    expect(result).toMatchObject({ state, output: expect.stringMatching(output) });
    expect(labelsOf(result)).toEqual(labels);
  });
}

testWith('check_dummy', 'what a plugin says of its use is long output', async () => {
  expect((await ran('check_dummy')).longOutput).toMatch(/^Usage:/);
});

testWith('check_procs', 'a range that is none is counted, and the value stays', async () => {
  const result = await ran('check_procs -w x');
  expect(result).toMatchObject({ state: 'warning', output: expect.stringMatching(/^PROCS WARNING: \d+ processes$/) });
  expect(labelsOf(result, 1)).toEqual(['procs']);
});

testWith('negate', 'the state counts, whatever the text says', async (path) => {
  const dummy = program('check_dummy') ?? 'check_dummy';
  expect(await ran(`${path} -c OK ${dummy} 2 x`)).toMatchObject({ state: 'ok', output: 'CRITICAL: x' });
});

testWith('check_file_age', 'the age of a file', async () => {
  using folder = tempDirectory();
  const file = join(folder.path, 'old');
  writeFileSync(file, 'x'.repeat(2_454));
  utimesSync(file, 1_000_000_000, 1_000_000_000);
  const result = await ran(`check_file_age -w 60 -c 120 -f ${file}`);
  expect(result.state).toBe('critical');
  expect(result.output).toMatch(/^FILE_AGE CRITICAL: \S+ is \d+ seconds old and 2454 bytes$/);
  expect(labelsOf(result)).toEqual(['age', 'size']);
});

testWith('check_ping', 'a ping of this machine', async () => {
  const result = await ran('check_ping -4 -H 127.0.0.1 -w 2000,20% -c 5000,60% -p 1');
  expect(result).toMatchObject({
    state: 'ok',
    output: expect.stringMatching(/^PING OK - Packet loss = 0%, RTA = [\d.]+ ms$/),
  });
  expect(labelsOf(result)).toEqual(['rta', 'pl']);
});

const PAGES: readonly (readonly [string, CheckResult['state'], RegExp])[] = [
  ['', 'ok', /^HTTP OK: HTTP\/1\.1 200 OK - \d+ bytes in [\d.]+ second response time$/],
  ['-u /500', 'critical', /^HTTP CRITICAL: HTTP\/1\.1 500 Internal Server Error - /],
  ['-u /404', 'warning', /^HTTP WARNING: HTTP\/1\.1 404 Not Found - /],
  ['-u /302', 'ok', /^HTTP OK: HTTP\/1\.1 302 Found - /],
  ['-s absent', 'critical', / - string 'absent' not found on 'http:\/\/127\.0\.0\.1:\d+\/' - \d+ bytes in /],
  ['-u /slow -t 1', 'critical', /^CRITICAL - Socket timeout after 1 seconds$/],
];

for (const [options, state, output] of PAGES) {
  testWith('check_http', `check_http ${options} is ${state}`, async () => {
    await using site = await pagesOf(({ url = '/' }, response) => {
      if (url === '/slow') return;
      const code = Number(url.slice(1));
      if (code === 302) response.setHeader('location', '/');
      response.statusCode = code > 0 ? code : 200;
      response.end('hello');
    });
    expect(await ran(`check_http -I 127.0.0.1 -p ${site.port} ${options}`)).toMatchObject({
      state,
      output: expect.stringMatching(output),
    });
  });
}

testWith('check_tcp', 'a port and its banner', async () => {
  const server = createServer((socket) => socket.end('220 hi there\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const result = await ran(`check_tcp -H 127.0.0.1 -p ${port} -e '220 hi'`);
  server.close();
  expect(result.state).toBe('ok');
  expect(result.output).toMatch(/^TCP OK - [\d.]+ second response time on 127\.0\.0\.1 port \d+ \[220 hi there/);
  expect(labelsOf(result)).toEqual(['time']);
});

test.runIf(program('check_swap'))('swap is told of, also where there is none', async () => {
  const result = await ran('check_swap -w 20% -c 10%');
  expect(result.output).toMatch(/^SWAP (?:OK|WARNING|CRITICAL) - \d+% free \(\d+MB out of \d+MB\)/);
  expect(labelsOf(result)).toEqual(['swap']);
});

testWith(
  'check_mysql',
  'a MariaDB, a wrong password and none at all',
  async () => {
    const server = program('mariadbd') ?? program('mysqld');
    if (server === undefined) return;
    await using db = await startMariaDb(server);
    await db.sql("CREATE USER 'watch'@'%' IDENTIFIED BY 'right'; GRANT USAGE ON *.* TO 'watch'@'%'");
    const to = `-H 127.0.0.1 -P ${db.port} -u watch`;
    const well = await ran(`check_mysql ${to} -p right`);
    expect(well).toMatchObject({
      state: 'ok',
      output: expect.stringMatching(/^Uptime: \d+ {2}Threads: \d+ {2}Questions: /),
    });
    expect(labelsOf(well)).toEqual(expect.arrayContaining(['Connections', 'Open_files', 'Uptime']));
    expect(await ran(`check_mysql ${to} -p wrong`)).toMatchObject({
      state: 'critical',
      output: expect.stringMatching(/^Access denied for user 'watch'@'\S+' \(using password: YES\)/),
    });
    expect(await ran('check_mysql -H 127.0.0.1 -P 1 -u watch -p x')).toMatchObject({
      state: 'critical',
      output: expect.stringMatching(/^Can't connect to (?:MySQL )?server on '127\.0\.0\.1' \(\d+\)/),
    });
  },
  60_000,
);
