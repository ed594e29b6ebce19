import { describe, expect, test } from 'vitest';
import { Answered, fakeAgent, opsbro } from '../support/cli.ts';

const INFO = {
  agent_state: 'ok',
  warnings: ['gossip is not encrypted'],
  pid: 42,
  started: 0,
  version: '0.1.0',
  node_version: '20.19.1',
  ports: { http: 6770, gossip: 6768 },
  local_addr: '192.168.1.10',
  dns_open_to: [],
  public_addr: '192.168.1.10',
  socket: '/run/opsbro/opsbro.sock',
  is_zone_protected: false,
  hosting_drivers_state: [
    { name: 'on-premise', is_active: true },
    { name: 'ec2', is_active: false },
  ],
  is_managed_system: true,
  system_distro: 'debian',
  system_distroversion: '12',
  topics: { monitoring: true, metrology: true },
  logs: { ERROR: ['it broke'], WARNING: [] },
  cpu_consumption: 0.44,
  memory_consumption: 88_080_384,
  health: 'ok',
  reasons: [],
  name: 'node1',
  display_name: 'front',
  uuid: '1f0c',
  zone: 'internet',
  port: 6768,
  groups_all: ['linux', 'kv'],
  modules: { dns: { state: 'STARTED' }, statsd: { state: 'DISABLED' }, mail: { state: 'ERROR' } },
  collectors: { a: { state: 'ok' }, b: { state: 'not-eligible' }, c: { state: 'running' } },
  monitoring: { ok: 4, warning: 0, critical: 1, unknown: 0, pending: 0, suppressed: 0, alerts: 0 },
  kv: { backend: { name: 'level' }, stats: { keys: 1, size: 1_258_291, error: '' } },
  members: { alive: 3, suspect: 0, dead: 1, left: 0 },
};

describe('agent', () => {
  test('info prints the words that scripts look for', async () => {
    await using agent = await fakeAgent({ 'GET /agent/info': INFO });
    const { code, out } = await opsbro('agent info --show-logs', agent);
    expect(code).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "WARNING: gossip is not encrypted
      ┌─────────────────── generic
       Name:                 node1
       Display name:         [ front ]
       System:               debian (version 12)  √ managed
       Modules:              1 STARTED / 1 DISABLED / 1 ERROR
        └ More → opsbro agent modules state

      ┌─────────────────── service discovery
       UUID:                 1f0c
       Local addr:           192.168.1.10
       Public addr:          192.168.1.10
       UDP port:             6768
       HTTP:                 127.0.0.1:6770   unix socket /run/opsbro/opsbro.sock
       Zone:                 internet (‼ zone do not have a gossip key)
       Members:              3 alive / 0 suspect / 1 dead / 0 left
        └ More → opsbro gossip members

      ┌─────────────────── automatic detection
       Groups:               kv,linux
       Hosting drivers:      [on-premise] ← ec2
        └ More → opsbro detectors state

      ┌─────────────────── monitoring
       Check states:         4 OK / 0 WARNING / 1 CRITICAL / 0 UNKNOWN / 0 PENDING

      ┌─────────────────── metrology
       Collectors:           1 OK / 0 ERROR / 1 NOT-ELIGIBLE / 1 PENDING

      ──────────── Technical info
       - State:             ok (health: ok)
       - Memory usage:      84MB
       - CPU Usage:         0.4%
       - KV Backend:        level
          - size:           1.20MB
       - Version:           0.1.0 (node 20.19.1)
       - Logs:              1 errors    0 warnings
          | it broke
      "
    `);
  });

  test.each([
    ['uuid', '1f0c'],
    ['local-addr', '192.168.1.10'],
    ['pid', '42'],
    ['ports', '{"http":6770,"gossip":6768}'],
  ])('print %s prints just that', async (fact, value) => {
    await using agent = await fakeAgent({ 'GET /agent/info': INFO });
    expect(await opsbro(`agent print ${fact}`, agent)).toEqual({ code: 0, out: `${value}\n`, err: '' });
  });

  test('print names what it could have printed', async () => {
    await using agent = await fakeAgent({ 'GET /agent/info': INFO });
    expect(await opsbro('agent print uid', agent)).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean "uuid"'),
    });
  });

  test('stop waits until the process is gone', async () => {
    const gone = { ...INFO, pid: 2 ** 22 + 1 };
    await using agent = await fakeAgent({ 'GET /agent/info': gone, 'POST /agent/stop': { stopping: true } });
    expect(await opsbro('agent stop --leave', agent)).toEqual({ code: 0, out: 'OK\n', err: '' });
    expect(agent.asked().at(-1)).toBe('POST /agent/stop {"leave":true}');
  });

  test('stop gives up after its time', async () => {
    const here = { ...INFO, pid: process.pid };
    await using agent = await fakeAgent({ 'GET /agent/info': here, 'POST /agent/stop': { stopping: true } });
    expect(await opsbro('agent stop --timeout 50ms', agent)).toMatchObject({
      code: 1,
      err: expect.stringContaining('still stopping'),
    });
  });

  test('reload says what changed, and ends with 2 on errors', async () => {
    const counts = { added: 1, changed: 2, removed: 0, unchanged: 9, restart_needed: ['port'] };
    const rest = { ...counts, changes: [{ change: 'added', kind: 'check', name: 'a/b' }], stand_ins: [], warnings: [] };
    const problem = { file: 'agent.yml', line: 3, column: 1, path: 'prot', message: 'unknown key', pack: null };
    await using agent = await fakeAgent({ 'POST /agent/reload': { ...rest, errors: [] } });
    expect(await opsbro('agent reload', agent)).toEqual({
      code: 0,
      out: '1 added, 2 changed, 0 removed, 9 unchanged\n  added: check a/b\nrestart needed: port\n',
      err: '',
    });
    const errors = [{ ...problem, level: 'error', suggestion: 'port' }];
    const warnings = [{ ...problem, level: 'warning', path: 'x' }];
    await using broken = await fakeAgent({ 'POST /agent/reload': { ...rest, errors, warnings } });
    expect(await opsbro('agent reload --all-or-nothing', broken)).toMatchObject({
      code: 2,
      err: 'agent.yml:3:1: error: prot: unknown key; did you mean "port"?\nagent.yml:3:1: warning: x: unknown key\n',
    });
    expect(broken.asked()).toEqual(['POST /agent/reload {"all_or_nothing":true}']);
  });

  test('health gives the reasons', async () => {
    const reasons = [{ part: 'kv', code: 'full', since: 0, text: 'the disk is full' }];
    await using agent = await fakeAgent({ 'GET /agent/health': { health: 'degraded', reasons } });
    expect((await opsbro('agent health --utc', agent)).out).toBe(
      'state: ok, health: degraded\n  kv: the disk is full (since 1970-01-01 00:00:00)\n',
    );
  });

  test('version knows both versions', async () => {
    await using agent = await fakeAgent({ 'GET /agent/version': '9.9.9' });
    expect((await opsbro('version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(await opsbro('version --agent', agent)).toMatchObject({
      out: expect.stringContaining('agent: 9.9.9'),
      err: expect.stringContaining('another version'),
    });
    expect(JSON.parse((await opsbro('--version --json')).out)).toMatchObject({ node: process.versions.node });
  });
});

test('config diff says what a reload would change', async () => {
  const nothing = { restart_needed: [], stand_ins: [], errors: [], warnings: [] };
  const changes = [{ change: 'removed', kind: 'check', name: 'a/b' }];
  await using agent = await fakeAgent({ 'POST /config/validate': { ...nothing, changes } });
  expect(await opsbro('config diff', agent)).toEqual({ code: 0, out: '  removed: check a/b\n', err: '' });
  await using calm = await fakeAgent({ 'POST /config/validate': { ...nothing, changes: [] } });
  expect(await opsbro('config diff', calm)).toEqual({ code: 0, out: '', err: 'a reload would change nothing\n' });
});

test('agent info of an agent with topics switched off', async () => {
  const off = { system_distro: '', system_distroversion: '', topics: { monitoring: false, metrology: false } };
  await using agent = await fakeAgent({ 'GET /agent/info': { ...INFO, ...off, is_managed_system: false } });
  const { out } = await opsbro('agent info', agent);
  expect(out).toContain(' System:               not known\n');
  expect(out).toContain('── monitoring\n  (disabled)\n');
  expect(out).toContain('── metrology\n  (disabled)\n');
});

test('agent info of an agent whose HTTP port is not open', async () => {
  await using agent = await fakeAgent({ 'GET /agent/info': { ...INFO, ports: {} } });
  expect((await opsbro('agent info', agent)).out).toContain(' HTTP:                 not open   unix socket ');
});

describe('gossip', () => {
  test('join ends with 0 when one of the nodes could be joined', async () => {
    await using agent = await fakeAgent({ 'POST /agent/join': { joined: 1, errors: { 'b:1': 'refused' } } });
    expect(await opsbro('gossip join a b:1', agent)).toEqual({
      code: 0,
      out: 'joined 1 of 2\n',
      err: 'error: b:1: refused\n',
    });
    expect(agent.asked()).toEqual(['POST /agent/join {"seeds":["a","b:1"]}']);
    await using alone = await fakeAgent({ 'POST /agent/join': { joined: 0, errors: { a: 'a:6768: nobody' } } });
    expect(await opsbro('gossip join a', alone)).toMatchObject({ code: 1, err: 'error: a:6768: nobody\n' });
  });

  test('leave asks first', async () => {
    await using agent = await fakeAgent({ 'POST /agent/leave': new Answered(202, { leaving: true }) });
    expect(await opsbro('gossip leave', agent)).toMatchObject({ code: 1, err: expect.stringContaining('--yes') });
    const { code, out } = await opsbro('gossip leave --json', agent);
    expect([code, JSON.parse(out).error.code]).toEqual([1, 'not_confirmed']);
    expect(agent.asked()).toEqual([]);
    expect((await opsbro('agent leave --yes', agent)).code).toBe(0);
  });

  const member = (name: string, over: object = {}) => ({
    uuid: `id-${name}`,
    name,
    display_name: '',
    kind: 'opsbro',
    addr: '127.0.0.2',
    port: 6768,
    state: 'alive',
    incarnation: 3,
    zone: 'internet',
    is_proxy: false,
    groups: ['kv', 'linux'],
    tags: { a: 'b' },
    version: '0.1.0',
    since: Date.now() - 7_200_500,
    rtt_ms: 0.25,
    ...over,
  });
  const members = {
    2: member('b', { state: 'dead', groups: [], display_name: 'front' }),
    1: member('a', { is_proxy: true }),
    3: member('c', { zone: 'dmz', addr: '::1' }),
  };

  test('members lists them by zone and name', async () => {
    await using agent = await fakeAgent({ 'GET /agent/members': members });
    expect((await opsbro('gossip members', agent)).out.split('\n')).toEqual([
      `──────────── Zone: dmz ${'─'.repeat(57)}`,
      '  - dmz > c  √ alive  [::1]:6768  kv,linux',
      `──────────── Zone: internet ${'─'.repeat(52)}`,
      '  - internet > a  √ alive  127.0.0.2:6768  proxy  kv,linux',
      '  - internet > [ front ]  Х dead  127.0.0.2:6768',
      '',
    ]);
    expect((await opsbro('gossip members --detail --zone dmz', agent)).out).toContain(
      'id-c  - dmz > c  √ alive  [::1]:6768  kv,linux  incarnation=3  version=0.1.0  rtt=0.3 ms  for 2h  opsbro  a=b',
    );
  });

  test.each([
    ['--state dead', ['id-b']],
    ['--state leave', []],
    ['--group linux', ['id-a', 'id-c']],
    ['--zone dmz --state alive', ['id-c']],
  ])('members %s', async (options, ids) => {
    await using agent = await fakeAgent({ 'GET /agent/members': members });
    const { out } = await opsbro(`gossip members --json ${options}`, agent);
    expect(Object.keys(JSON.parse(out)).toSorted()).toEqual(ids);
  });
});

test('a repair asks first', async () => {
  await using agent = await fakeAgent({});
  const { code, err } = await opsbro('health repair web Fix --node two', agent);
  expect([code, err]).toEqual([1, 'error: Fix is done to web of two; add --yes to do it\n']);
  expect(agent.asked()).toEqual([]);
});

test('gossip join ends with 0 when a zone could be linked', async () => {
  const linked = { '10.0.0.9': 'internet' };
  await using agent = await fakeAgent({ 'POST /agent/join': { joined: 0, errors: {}, linked } });
  expect(await opsbro('gossip join 10.0.0.9', agent)).toEqual({ code: 0, out: 'linked to zone internet\n', err: '' });
});

describe('what the node sees', () => {
  const cpu = {
    name: 'cpu',
    state: 'ok',
    log: '',
    results: { b: [{ x: 1 }], a: { idle: 2.5, name: 'x\ny' } },
    metrics: 2,
    stale: false,
    interval_ms: 10_000,
    last_check: 0,
    duration_ms: 1.4,
  };
  const none = { ...cpu, name: 'redis', state: 'not-eligible', log: 'no redis', results: null, last_check: null };

  test('collectors list', async () => {
    await using agent = await fakeAgent({ 'GET /collectors': [cpu, none] });
    expect((await opsbro('collectors list --utc', agent)).out.split('\n')).toEqual([
      'NAME   STATE         INTERVAL  LAST                 METRICS  LOG',
      'cpu    ok                 10s  1970-01-01 00:00:00        2',
      'redis  not-eligible       10s  -                          2  no redis',
      '',
    ]);
  });

  test('collectors show names every value as expressions do', async () => {
    await using agent = await fakeAgent({ 'GET /collectors': [cpu, none], 'GET /collectors/cpu': cpu });
    const { out, err } = await opsbro('collectors show', agent);
    expect(out.split('\n').slice(1)).toEqual([
      'state: ok  (1 ms)',
      'collector.cpu.a.idle = 2.5',
      'collector.cpu.a.name = x\\ny',
      'collector.cpu.b.0.x = 1',
      '',
    ]);
    expect(err).toBe('nothing to show: redis (not-eligible)\n');
    expect(JSON.parse((await opsbro('collectors show cpu --json', agent)).out)).toEqual({ cpu: cpu.results });
  });

  test('collectors run ends with 2 when it failed', async () => {
    const failed = { ...cpu, state: 'error', log: 'broken', results: null };
    await using agent = await fakeAgent({ 'POST /collectors/cpu/run': failed });
    expect(await opsbro('collectors run cpu', agent)).toMatchObject({
      code: 2,
      out: expect.stringContaining('state: error  broken'),
    });
  });

  test('detectors list and state', async () => {
    const detector = {
      name: 'linux/linux',
      pack_name: 'linux',
      pack_level: 'core',
      condition: "platform() == 'linux'",
      add_groups: ['linux'],
      interval_ms: 10_000,
      last_run: 0,
      groups: ['linux'],
      log: '',
    };
    const groups = { kv: { static: true, detectors: [] }, linux: { static: false, detectors: ['linux/linux'] } };
    await using agent = await fakeAgent({
      'GET /agent/detectors': [detector],
      'GET /agent/detectors/state': { groups, logs: {} },
    });
    const { out } = await opsbro('detectors list', agent);
    expect(out).toContain('core > linux > detectors > linux\n');
    expect(out).toContain("if:         platform() == 'linux'\n   add groups: linux\n");
    expect((await opsbro('detectors state', agent)).out).toBe(' * kv  (static)\n * linux  linux/linux\n');
  });
});

test('packs list and show', async () => {
  const pack = {
    name: 'linux',
    level: 'core',
    version: '1',
    description: 'Linux.',
    keywords: ['os'],
    topics: ['monitoring'],
    overloaded_by: 'local',
    objects: { check: 2 },
    parameters: { warn: { value: 80, is_valid: true, is_missing: false, have_default: true, default_value: 90 } },
    problems: [],
    errors: [],
  };
  await using agent = await fakeAgent({ 'GET /packs': { core: { linux: [pack] }, global: {}, zone: {}, local: {} } });
  expect((await opsbro('packs list', agent)).out).toBe('▒ core > linux  [keywords: os]  (overloaded by → local)\n');
  const coloured = (await opsbro('packs list --color always', agent)).out.split('\n');
  expect(coloured[0]).toContain('\u001b[32m▒\u001b[39m monitoring  ');
  expect(coloured[1]?.startsWith('\u001b[32m▒')).toBe(true);
  expect((await opsbro('packs list --topic other', agent)).out).toBe('');
  expect((await opsbro('packs show linux', agent)).out).toContain(
    'Linux.\nversion: 1\ntopics: monitoring\nobjects: 2 check\n  warn = 80 (default=90)\n',
  );
  expect(await opsbro('packs show linx', agent)).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean "linux"'),
  });
});
