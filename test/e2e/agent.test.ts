import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { agents, type RunningAgent, runOpsbro } from '../support/agent.ts';
import { tempDirectory } from '../support/temp.ts';

const pool = agents();
afterAll(() => pool[Symbol.asyncDispose]());

describe('an agent with embedded defaults', () => {
  let agent: RunningAgent;
  beforeAll(async () => {
    agent = await pool.start('web-1').ready();
  });

  test('says who it is, what it found, where its doors are and how to stop it', () => {
    const { http, dns, gossip } = agent.ports;
    expect(agent.printed).toContain('runs as node web-1');
    expect(agent.printed).toMatch(/groups .*\blinux\b/);
    expect(agent.printed).toContain(`http://127.0.0.1:${http}/`);
    expect(agent.printed).toContain(`-p ${dns} web-1.name.internet.opsbro`);
    expect(agent.printed).toContain(`gossip join 127.0.0.1:${gossip}`);
    expect(agent.printed).toContain('Ctrl-C');
  });

  test('collects what the kernel says', async () => {
    const seen = (await agent.json('collectors', 'show')) as Record<string, Record<string, never>>;
    const memTotal = Number(/MemTotal:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
    expect(seen['memory']?.['memtotal']).toBe(memTotal);
    expect(seen['loadaverage']?.['load1']).toBeTypeOf('number');
    expect(seen['cpustats']?.['cpu_all']?.['%idle']).toBeTypeOf('number');
    expect(Object.keys(seen['diskusage'] ?? {})).toContain('/');
    expect(Object.keys(seen)).toEqual(expect.arrayContaining(['system', 'iostats', 'networktraffic']));
  });

  test('evaluates expressions over it', async () => {
    const { code, stdout } = await agent.opsbro('evaluator', 'eval', "'%d' % {collector.memory.memtotal} + ' kB'");
    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toMatch(/^\d+ kB$/);
    expect((await agent.opsbro('evaluator', 'eval', '{{collector.zz.a}}')).code).toBe(3);
    expect((await agent.opsbro('evaluator', 'eval', '1+')).code).toBe(2);
  });

  test('judges itself by the shipped checks', async () => {
    await expect
      .poll(async () => Object.keys(((await agent.json('monitoring', 'state')) as { checks: object }).checks), {
        timeout: 12_000,
      })
      .toEqual(expect.arrayContaining(['linux/cpu', 'linux/memory', 'linux/load-average', 'linux/disks']));
  });

  test('keeps keys of any kind', async () => {
    expect((await agent.opsbro('kv-store', 'put', 'config//db/', 'a b')).code).toBe(0);
    expect((await agent.opsbro('kv-store', 'get', 'config//db/')).stdout).toBe('config//db/::a b\n');
    expect((await agent.opsbro('kv-store', 'list')).stdout).toBe('config//db/\n');
    expect((await agent.opsbro('kv-store', 'delete', 'config//db/')).code).toBe(0);
    const { code, stderr } = await agent.opsbro('kv-store', 'get', 'config//db/');
    expect([code, stderr]).toEqual([2, expect.stringContaining('does not exist')]);
  });
});

describe('the doors of an agent', () => {
  let agent: RunningAgent;
  beforeAll(async () => {
    agent = await pool.start('web-2').ready();
  });

  test('lets programs on this machine read, but only its socket may write', async () => {
    const base = `http://127.0.0.1:${agent.ports.http}`;
    expect((await fetch(`${base}/agent/info`)).status).toBe(200);
    expect((await fetch(`${base}/kv/a`, { method: 'PUT', body: 'x' })).status).toBe(401);
    expect((await fetch(`${base}/agent/stop`, { method: 'POST' })).status).toBe(401);
    expect(await statusWith(agent.ports.http, { host: 'evil.example' })).toBe(421);
    expect(await statusWith(agent.ports.http, { origin: 'http://evil.example' })).toBe(403);
  });

  test('describes its whole API', async () => {
    const base = `http://127.0.0.1:${agent.ports.http}`;
    const described = (await (await fetch(`${base}/openapi.json`)).json()) as { openapi: string; paths: object };
    expect(described.openapi).toMatch(/^3\.1/);
    expect(Object.keys(described.paths)).toContain('/agent/members');
    expect(await (await fetch(`${base}/docs`)).text()).toContain('/agent/members');
    expect(await (await fetch(`${base}/metrics`)).text()).toMatch(
      /^opsbro_members\{state="alive",zone="internet"\} 1$/m,
    );
  });

  test('a second agent of the same home is refused with the pid of the first', async () => {
    const { code, stderr } = await runOpsbro(['agent', 'start', '--home', agent.home]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`already runs as pid ${agent.pid}`)]);
  });

  test('takes over a changed configuration without a restart', async () => {
    const file = join(agent.home, 'etc/agent.yml');
    writeFileSync(file, 'groups: [kv, front]\ndisplay_name: Front door\nport: 7000\n');
    const reloaded = (await agent.json('agent', 'reload')) as { restart_needed: string[] };
    expect(reloaded.restart_needed).toEqual([]);
    const info = (await agent.json('agent', 'info')) as { groups_all: string[]; display_name: string };
    expect(info.groups_all).toContain('front');
    expect(info.display_name).toBe('Front door');

    writeFileSync(file, 'groups: [kv, front]\ndisplay_name: Back door\n');
    agent.kill('SIGHUP');
    await expect
      .poll(async () => ((await agent.json('agent', 'info')) as { display_name: string }).display_name)
      .toBe('Back door');

    writeFileSync(file, 'groupps: [kv]\n');
    const { code, stderr, stdout } = await agent.opsbro('agent', 'reload');
    expect(code).toBe(2);
    expect(stderr + stdout).toContain(`${file}:1:1`);
    expect(stderr + stdout).toContain('did you mean "groups"?');
    expect(((await agent.json('agent', 'info')) as { groups_all: string[] }).groups_all).toContain('front');
  });

  test('stops on Ctrl-C with 0 and leaves no lock and no socket', async () => {
    agent.kill('SIGINT');
    expect(await agent.ended()).toBe(0);
    const { code, stderr } = await agent.opsbro('agent', 'info');
    expect([code, stderr]).toEqual([1, expect.stringContaining('no agent answers at')]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

test('states, groups and keys are there again after a restart', async () => {
  const first = await pool.start('keeper').ready();
  await first.opsbro('kv-store', 'put', 'a', '1');
  await expect
    .poll(
      async () => ((await first.json('check', 'list')) as { state: string }[]).some(({ state }) => state !== 'pending'),
      {
        timeout: 15_000,
      },
    )
    .toBe(true);
  const before = (await first.json('agent', 'info')) as { uuid: string };
  await first.opsbro('agent', 'stop');
  expect(await first.ended()).toBe(0);

  const second = await pool.start('keeper').ready();
  expect(((await second.json('agent', 'info')) as { uuid: string }).uuid).toBe(before.uuid);
  expect((await second.opsbro('kv', 'get', 'a')).stdout).toBe('a::1\n');
  const states = ((await second.json('check', 'list')) as { state: string }[]).map(({ state }) => state);
  expect(states).toContainEqual(expect.not.stringMatching('pending'));
  // What did not change is told to the pool all the same.
  const [self] = Object.values((await second.json('gossip', 'members')) as Record<string, { checks: object }>);
  expect(Object.keys(self?.checks ?? {})).toHaveLength(states.length);
}, 60_000);

test('a broken agent.yml is refused with file, line, column, key and suggestion', async () => {
  using home = tempDirectory();
  const agent = pool.start('broken', {});
  await agent[Symbol.asyncDispose]();
  const file = join(home.path, 'agent.yml');
  writeFileSync(file, 'name: web-1\nhttp:\n  prot: 80\nport: many\n');
  const { code, stderr } = await runOpsbro(['agent', 'start', '--home', join(home.path, 'h'), '--cfg-dir', home.path]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${file}:3:3: error: http.prot: `);
  expect(stderr).toContain('did you mean "port"?');
  expect(stderr).toContain(`${file}:4:`);
});

test('a home in a very long path works all the same', async () => {
  const agent = await pool.start(`${'long-'.repeat(30)}path`, { OPSBRO_NAME: 'long' }).ready();
  expect((await agent.opsbro('agent', 'print', 'name')).stdout).toBe('long\n');
  const socket = readFileSync(join(agent.home, 'data/socket-path'), 'utf8');
  expect(socket.length).toBeLessThan(108);
  agent.kill('SIGTERM');
  expect(await agent.ended()).toBe(0);
  expect(existsSync(socket)).toBe(false);
});

/** The status of a GET with these headers, which `fetch` would not send. */
function statusWith(port: number, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path: '/agent/info', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    });
    asked.on('error', reject);
    asked.end();
  });
}
