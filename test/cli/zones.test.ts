import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fakeAgent, opsbro, refused } from '../support/cli.ts';
import { tempDirectory } from '../support/temp.ts';

const KEY = Buffer.alloc(16, 9).toString('base64');
const FINGERPRINT = /[0-9a-f]{16}$/;

const RELOADED = { name: 'internet', have_gossip_key: true, keys: ['a'], key_problem: '', restart_needed: false };
const reloading = (over: object = {}) => ({ 'POST /agent/zones-keys/reload/internet': { ...RELOADED, ...over } });

const zone = (name: string, over: object = {}) => ({
  name,
  'sub-zones': [],
  parent: null,
  is_our_zone: false,
  have_gossip_key: false,
  keys: [],
  key_problem: '',
  proxies: [],
  ...over,
});

const ZONES = {
  customer: zone('customer', { parent: 'internet', key_problem: 'customer.gossip.key: holds no key' }),
  lan: zone('lan', { 'sub-zones': ['internet'], proxies: ['p1', 'p2'] }),
  internet: zone('internet', {
    'sub-zones': ['customer'],
    parent: 'lan',
    is_our_zone: true,
    have_gossip_key: true,
    keys: ['0123456789abcdef'],
  }),
};

test('the zones are listed as a tree', async () => {
  await using agent = await fakeAgent({ 'GET /agent/zones': ZONES });
  const { code, out } = await opsbro('gossip zone list', agent);
  expect(code).toBe(0);
  expect(out).toMatchInlineSnapshot(`
    "lan  key: no  parent: -  proxies: p1,p2
     └ internet  (zone of this node)  key: yes  parent: lan  proxies: -
        └ customer  key: broken (customer.gossip.key: holds no key)  parent: internet  proxies: -
    "
  `);
  expect(JSON.parse((await opsbro('gossip zone list --json', agent)).out)).toEqual(ZONES);
});

describe('gossip zone change', () => {
  test('asks the agent', async () => {
    await using agent = await fakeAgent({ 'PUT /agent/zone': { success: true, text: 'this node is in zone lan now' } });
    expect(await opsbro('gossip zone change lan', agent)).toEqual({
      code: 0,
      out: 'this node is in zone lan now\n',
      err: '',
    });
    await opsbro('gossip zone change --reset', agent);
    expect(agent.asked()).toEqual(['PUT /agent/zone {"zone":"lan"}', 'PUT /agent/zone {"zone":null}']);
  });

  test('ends with 2 at an unknown zone', async () => {
    await using agent = await fakeAgent({ 'PUT /agent/zone': refused(404, 'not_found', 'no zone "x" is defined') });
    expect(await opsbro('gossip zone change x', agent)).toMatchObject({
      code: 2,
      err: 'error: no zone "x" is defined (not_found)\n',
    });
  });

  test.each(['gossip zone change', 'gossip zone change lan --reset'])('%s is not clear', async (line) => {
    expect(await opsbro(line)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('NAME of a zone or --reset'),
    });
  });

  test('writes it down when no agent runs', async () => {
    using home = tempDirectory();
    mkdirSync(join(home.path, 'etc/zones'), { recursive: true });
    mkdirSync(join(home.path, 'data'));
    writeFileSync(join(home.path, 'etc/zones/lan.yml'), 'zone: {name: lan, sub-zones: [internet]}\n');
    const at = { home: home.path };
    expect(await opsbro('gossip zone change lan', at)).toEqual({
      code: 0,
      out: 'the agent will start in zone lan\n',
      err: 'note: no agent is running; looked at this machine directly\n',
    });
    const file = join(home.path, 'data/current_zone');
    expect(readFileSync(file, 'utf8')).toBe('lan\n');
    expect(await opsbro('gossip zone change lna', at)).toMatchObject({
      code: 2,
      err: 'error: no zone "lna" is defined (expected one of internet, lan); did you mean "lan"?\n',
    });
    expect((await opsbro('gossip zone change --reset', at)).out).toBe('the agent will start in zone internet\n');
    expect(existsSync(file)).toBe(false);
  });
});

const file = (home: string) => join(home, 'etc/zone_keys/internet.gossip.key');

describe('gossip zone key', () => {
  test('generate writes a new key, lets the agent read it, and says what else is to be done', async () => {
    await using agent = await fakeAgent(reloading());
    const { code, out, err } = await opsbro('gossip zone key generate --zone internet', agent);
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringContaining('every node of zone internet needs this file'),
    });
    expect(out.startsWith(`${file(agent.home)}  `)).toBe(true);
    expect(out.trim()).toMatch(FINGERPRINT);
    expect(Buffer.from(readFileSync(file(agent.home), 'utf8'), 'base64')).toHaveLength(32);
    expect(statSync(file(agent.home)).mode & 0o777).toBe(0o600);
    expect(agent.asked()).toEqual(['POST /agent/zones-keys/reload/internet']);
  });

  test('what is there stays, unless it may be erased', async () => {
    using home = tempDirectory();
    const at = { home: home.path };
    const first = await opsbro('gossip zone key generate --zone internet --bits 192', at);
    expect(first).toMatchObject({ code: 0, err: expect.stringContaining('no agent is running') });
    const before = readFileSync(file(home.path), 'utf8');
    expect(Buffer.from(before, 'base64')).toHaveLength(24);
    for (const line of ['generate --zone internet', `import --zone internet --key ${KEY}`]) {
      expect(await opsbro(`gossip zone key ${line}`, at)).toMatchObject({
        code: 2,
        out: '',
        err: `error: ${file(home.path)} exists already; --erase replaces it, and with it all keys that the zone has\n`,
      });
    }
    expect(readFileSync(file(home.path), 'utf8')).toBe(before);
    await opsbro(`gossip zone key import --zone internet --key ${KEY} --erase`, at);
    expect(readFileSync(file(home.path), 'utf8')).toBe(`${KEY}\n`);
  });

  test('import reads the key from the standard input as well', async () => {
    using home = tempDirectory();
    const { code, out } = await opsbro('gossip zone key import --zone internet --key - --json', {
      home: home.path,
      input: `${KEY}\n`,
    });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      zone: 'internet',
      path: file(home.path),
      fingerprint: expect.stringMatching(FINGERPRINT),
      reloaded: false,
    });
    expect(readFileSync(file(home.path), 'utf8')).toBe(`${KEY}\n`);
  });
});

describe('a key that cannot be', () => {
  test.each([
    ['generate', 'say for which zone: --zone Z'],
    ['generate --zone internet --bits 100', '--bits: "100" is no length of a key; write 128, 192 or 256'],
    ['generate --zone moon', 'no zone "moon" is defined (expected one of internet)'],
    ['generate --zone ../x', 'no zone "../x" is defined (expected one of internet)'],
    [`import --key ${KEY}`, 'say for which zone: --zone Z'],
    ['import --zone internet', 'give the key: --key B64, or --key - to read it'],
    ['import --zone internet --key c2VjcmV0', 'the key has 6 bytes (expected 16, 24 or 32)'],
    ['import --zone internet --key my_secret', 'the key is not base64'],
    [`import --zone moon --key ${KEY}`, 'no zone "moon" is defined (expected one of internet)'],
  ])('%s ends with 2 and writes nothing', async (line, text) => {
    using home = tempDirectory();
    const { code, out, err } = await opsbro(`gossip zone key ${line}`, { home: home.path });
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: expect.stringContaining(`error: ${text}`) });
    expect(err).not.toContain('secret');
    expect(readdirSync(home.path)).toEqual([]);
  });

  test('an agent that has to start again, or cannot read the key, is no secret', async () => {
    await using later = await fakeAgent(reloading({ restart_needed: true }));
    expect((await opsbro('gossip zone key generate --zone internet', later)).err).toContain(
      'restart it, so that it listens',
    );
    await using blind = await fakeAgent(reloading({ key_problem: 'EACCES: permission denied' }));
    expect(await opsbro('gossip zone key generate --zone internet', blind)).toMatchObject({
      code: 2,
      err: 'error: the agent cannot use it: EACCES: permission denied\n',
    });
  });
});

describe('agent keygen', () => {
  test.each([
    ['', 32],
    [' --bits 256', 32],
    [' --bits 192', 24],
    [' --bits 128', 16],
  ])('keygen%s prints a key of %d bytes', async (options, length) => {
    const { code, out, err } = await opsbro(`agent keygen${options}`);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(Buffer.from(out, 'base64')).toHaveLength(length);
    expect((await opsbro(`agent keygen${options}`)).out).not.toBe(out);
  });

  test('with --executor also a pair for executors', async () => {
    const { out } = await opsbro('agent keygen --executor');
    expect(out).toMatch(
      /^\S{44}\n-----BEGIN PRIVATE KEY-----\n[^-]+-----END PRIVATE KEY-----\n-----BEGIN PUBLIC KEY-----\n/,
    );
    const keys = JSON.parse((await opsbro('agent keygen --executor --json')).out) as object;
    expect(Object.keys(keys)).toEqual(['gossip_key', 'exec_key', 'exec_pub']);
  });

  test('with --out to files that are never overwritten', async () => {
    using folder = tempDirectory();
    const out = join(folder.path, 'keys');
    const made = await opsbro(['agent', 'keygen', '--executor', '--out', out]);
    expect(made).toEqual({ code: 0, out: `${out}/gossip.key\n${out}/exec.key\n${out}/exec.pub\n`, err: '' });
    for (const name of readdirSync(out)) expect(statSync(join(out, name)).mode & 0o777).toBe(0o600);
    expect(await opsbro(['agent', 'keygen', '--out', out])).toMatchObject({
      code: 2,
      err: expect.stringContaining('keys are never overwritten, choose another directory'),
    });
  });

  test('another length is refused', async () => {
    expect(await opsbro('agent keygen --bits 512')).toMatchObject({
      code: 2,
      err: 'error: --bits: "512" is no length of a key; write 128, 192 or 256\n',
    });
  });
});
