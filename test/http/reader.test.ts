import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { admitReader } from '../../src/http/door.ts';
import { fakeAccess } from './fake-access.ts';

const WALL = { hostNames: () => ['node1'], pagePorts: () => [6_770] };

async function reading(over: Partial<IncomingMessage['headers']> = {}, address = '192.0.2.1') {
  const access = fakeAccess();
  const { secret } = await access.tokens.create({ name: 'ui', scope: 'write', paths: ['/ws'] });
  const { secret: elsewhere } = await access.tokens.create({ name: 'kv', scope: 'admin', paths: ['/kv'] });
  const heads = (headers: IncomingMessage['headers']) =>
    ({
      url: '/ws',
      headers: { host: 'node1', ...headers },
      socket: { localAddress: '10.0.0.1', remoteAddress: address },
    }) as IncomingMessage;
  const admit = (headers: IncomingMessage['headers'], door: 'tcp' | 'socket' = 'tcp') =>
    admitReader(heads({ ...over, ...headers }), door, { wall: WALL, access });
  return { access, admit, secret, elsewhere };
}

test('a websocket is for who reads: by socket, from this machine, by token, by login', async () => {
  const { access, admit, secret } = await reading();
  const login = access.gate.login(secret, '192.0.2.1').secret;

  expect(admit({}, 'socket')).toMatchObject({ scope: 'admin' });
  expect((await reading({}, '127.0.0.1')).admit({})).toMatchObject({ scope: 'read' });
  expect(admit({ authorization: `Bearer ${secret}` })).toMatchObject({ scope: 'write' });
  expect(admit({ 'x-opsbro-token': secret })).toMatchObject({ scope: 'write' });
  expect(admit({ cookie: `a=b; opsbro=${login}` })).toMatchObject({ scope: 'write' });
});

test('who shows nothing may show a token first', async () => {
  const { admit, secret, elsewhere } = await reading();
  const prove = admit({});

  expect(typeof prove).toBe('function');
  if (typeof prove !== 'function') return;
  expect(prove(secret)).toMatchObject({ scope: 'write' });
  expect(() => prove('wrong')).toThrow('none of this agent');
  expect(() => prove(elsewhere)).toThrow('is not for /ws');
});

test('a wrong token, a foreign page and a foreign name are refused at once', async () => {
  const { admit, secret } = await reading();
  const authorization = `Bearer ${secret}`;

  expect(() => admit({ authorization: 'Bearer wrong' })).toThrow('none of this agent');
  expect(() => admit({ authorization, origin: 'http://evil.example' })).toThrow('may not use this agent');
  expect(() => admit({ authorization, host: 'evil.example' })).toThrow('is no name of this agent');
  expect(admit({ authorization, origin: 'http://node1:6770' })).toMatchObject({ scope: 'write' });
});

test('a reader may stay until what it showed does not count any more', async () => {
  const { access, admit, secret } = await reading();
  const login = access.gate.login(secret, '192.0.2.1').secret;
  const readers = [{ authorization: `Bearer ${secret}` }, { cookie: `opsbro=${login}` }].map((heads) => admit(heads));
  const stay = () => readers.map((reader) => typeof reader !== 'function' && reader.mayStay());

  expect(stay()).toEqual([true, true]);
  access.gate.logout(login);
  expect(stay()).toEqual([true, false]);
  await access.tokens.revoke('ui');
  expect(stay()).toEqual([false, false]);
  const local = (await reading({}, '127.0.0.1')).admit({});
  expect(typeof local !== 'function' && local.mayStay()).toBe(true);
});
