import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, assert, beforeAll, expect, test, vi } from 'vitest';
import { RunningAgent } from '../support/agent.ts';
import { mailServer } from '../support/mail-server.ts';
import { tempDirectory } from '../support/temp.ts';

/** What nodes of a zone do for each other, with real agents, a real zone key and a real mail server. */

const NAMES = ['act-a', 'act-b', 'act-c'] as const;
const KEY = `${Buffer.alloc(32, 7).toString('base64')}\n`;
const WAIT = { timeout: 60_000, interval: 100 };

const folder = tempDirectory();
const server = await mailServer();
const running: RunningAgent[] = [];

/** A check that is broken while a file says so, and the handler that is told. */
const written = (home: string) => `alerting:
  gather: zone
  group_wait: 3s
  routes: [{match: {check: local/work}, handlers: [ops], group_by: []}, {handlers: []}]
handler: {id: ops, type: mail, contacts: [ops@example.org], smtp_server: "127.0.0.1:${server.port}", events: [check]}
---
check:
  interval: 1s
  script: ["/bin/sh", "-c", "test ! -e ${home}/broken"]
  codes: {1: critical}
  service: web
  repair:
    - {name: Mend, command: ["/bin/rm", "${home}/broken"], cooldown: 0s}
`;

async function start(name: (typeof NAMES)[number]): Promise<void> {
  const home = join(folder.path, name);
  mkdirSync(join(home, 'etc/zone_keys'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, 'etc/zone_keys/internet.gossip.key'), KEY, { mode: 0o600 });
  writeFileSync(join(home, 'etc/work.yml'), written(home));
  const [seed] = running;
  const address = `127.0.9.${NAMES.indexOf(name) + 1}`;
  const seeds = seed && { OPSBRO_SEEDS: `127.0.9.1:${seed.ports.gossip}` };
  const agent = new RunningAgent(home, { OPSBRO_NAME: name, OPSBRO_BIND: address, ...seeds });
  running.push(agent);
  await agent.ready();
}

beforeAll(async () => {
  for (const name of NAMES) await start(name);
  for (const agent of running)
    await vi.waitFor(
      async () => expect(Object.keys((await agent.json('gossip', 'members')) as object)).toHaveLength(NAMES.length),
      WAIT,
    );
});

afterAll(async () => {
  await Promise.all(running.map((agent) => agent[Symbol.asyncDispose]()));
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const flag = (agent: RunningAgent) => join(agent.home, 'broken');

test('a problem of three nodes is one mail that names them', async () => {
  for (const agent of running) await agent.opsbro('monitoring', 'wait-ok', 'local/work', '--timeout', '30');
  for (const agent of running) writeFileSync(flag(agent), '');
  await vi.waitFor(() => assert(server.mails.length > 0, 'nobody was told'), WAIT);
  const [mail] = server.mails;
  for (const name of NAMES) expect(mail?.text).toContain(`on ${name}`);
  expect(mail?.text).toMatch(/Subject: 3 alerts on 3 nodes/);
  // All nodes are told by one: none has a message of its own left.
  for (const agent of running)
    expect(await agent.json('alerts', 'list')).toContainEqual(
      expect.objectContaining({
        name: 'local/work',
        notified: { ops: expect.objectContaining({ state: 'sent', count: 1 }) },
      }),
    );
  expect(server.mails).toHaveLength(1);
});

test('a service of another node is repaired from here, and that is in the audit of both sides', async () => {
  const [a, b, c] = running as [RunningAgent, RunningAgent, RunningAgent];
  const planned = await a.opsbro('health', 'repair', 'web', 'Mend', '--node', 'act-b', '--dry-run');
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining(`would run: /bin/rm ${flag(b)}`) });
  expect(existsSync(flag(b))).toBe(true);
  const done = await a.opsbro('health', 'repair', 'web', 'Mend', '--node', 'act-b', '--yes');
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('Mend: repaired') });
  expect([a, b, c].map((agent) => existsSync(flag(agent)))).toEqual([true, false, true]);
  expect((await b.opsbro('health', 'status', 'web')).code).toBe(0);
  expect(await b.json('health', 'history')).toMatchObject(
    expect.arrayContaining([expect.objectContaining({ who: expect.stringContaining('at act-a') })]),
  );
  const nowhere = await a.opsbro('health', 'repair', 'web', 'Mend', '--node', 'act-z', '--yes');
  expect(nowhere).toMatchObject({ code: 2, stderr: expect.stringContaining('act-z') });
});
