import { describe, expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

describe('detect', () => {
  const found = (name: string, over: object = {}) => ({
    uuid: `id-${name}`,
    name,
    zone: 'lan',
    addr: '10.0.0.1',
    port: 6768,
    is_proxy: false,
    groups: ['linux', 'kv'],
    ...over,
  });

  test('shows who answered', async () => {
    const serf = found('', { uuid: '', addr: '::1', groups: [], is_proxy: true });
    await using agent = await fakeAgent({ 'POST /agent/detect': [found('a'), serf] });
    expect((await opsbro('gossip detect', agent)).out.split('\n')).toEqual([
      'NAME  ZONE  ADDRESS:PORT   PROXY  GROUPS',
      'a     lan   10.0.0.1:6768  no     linux,kv',
      '-     lan   [::1]:6768     yes',
      '',
    ]);
    await opsbro('gossip detect --timeout 1 --bind eth0', agent);
    expect(agent.asked()).toEqual([
      'POST /agent/detect {"timeout":"5000ms"}',
      'POST /agent/detect {"timeout":"1000ms","bind":"eth0"}',
    ]);
  });

  test.each(['', ' --auto-join'])('nobody there%s', async (option) => {
    await using agent = await fakeAgent({ 'POST /agent/detect': [] });
    expect(await opsbro(`gossip detect${option}`, agent)).toEqual({
      code: 1,
      out: '',
      err: 'cannot detect (broadcast UDP) other nodes\n',
    });
  });

  test.each([
    [[found('a'), found('c'), found('b')], 'No proxy node detected. Using a standard one: c (10.0.0.1:6768)'],
    [
      [found('a', { is_proxy: true }), found('c'), found('b', { is_proxy: true, addr: '10.0.0.2' })],
      'A proxy node is detected, using it: b (10.0.0.2:6768)',
    ],
  ])('auto-join takes the best', async (answer, line) => {
    await using agent = await fakeAgent({
      'POST /agent/detect': answer,
      'GET /agent/info': { zone: 'lan' },
      'POST /agent/join': { joined: 1, errors: {} },
    });
    const { code, out } = await opsbro('gossip detect --auto-join', agent);
    expect([code, out]).toEqual([0, expect.stringContaining(`${line}\njoined 1 of 1\n`)]);
  });

  test('auto-join takes nobody of another zone', async () => {
    await using agent = await fakeAgent({
      'POST /agent/detect': [found('a', { is_proxy: true })],
      'GET /agent/info': { zone: 'customer' },
    });
    expect(await opsbro('gossip detect --auto-join', agent)).toMatchObject({
      code: 1,
      out: expect.stringContaining('10.0.0.1:6768'),
      err: 'error: none of these nodes is in the zone of this one, so it can join none\n',
    });
  });

  test('auto-join that fails ends with 1', async () => {
    const joined = { joined: 0, errors: { '10.0.0.1:6768': '10.0.0.1:6768: other key' } };
    await using agent = await fakeAgent({
      'POST /agent/detect': [found('a')],
      'GET /agent/info': { zone: 'lan' },
      'POST /agent/join': joined,
    });
    expect(await opsbro('gossip detect --auto-join', agent)).toMatchObject({
      code: 1,
      err: 'error: 10.0.0.1:6768: other key\n',
    });
  });
});
