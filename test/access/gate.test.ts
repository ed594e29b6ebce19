import { expect, test } from 'vitest';
import { Gate } from '../../src/access/gate.ts';
import { TokenBook } from '../../src/access/token-book.ts';
import { secretHash } from '../../src/base/secret.ts';
import type { Token, TokenWish } from '../../src/model/token.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

async function gateWith(wish: Partial<TokenWish> = {}) {
  const clock = new SimulatedClock();
  const tokens = TokenBook.of({ clock, shelf: memoryShelf() });
  const { secret } = await tokens.create({ name: 'ci', scope: 'write', ...wish });
  return { clock, tokens, secret, gate: new Gate({ tokens, clock }) };
}

const thrown = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('a token is worth what it was made for', async () => {
  const { gate, secret } = await gateWith({ paths: ['/kv'] });

  expect(gate.passOf({ token: secret }, '10.0.0.1')).toEqual({
    name: 'ci',
    scope: 'write',
    paths: ['/kv'],
    by: 'token',
  });
  expect(gate.passOf({}, '10.0.0.1')).toBeUndefined();
});

test.each(['', 'x', 'opsbro_', 'x'.repeat(10_000), '\u0000'])('the token %j is refused', async (token) => {
  const { gate } = await gateWith();

  expect(thrown(() => gate.passOf({ token }, '10.0.0.1'))).toBe('unauthorized');
});

test('a token that has expired is refused', async () => {
  const { clock, gate, secret } = await gateWith({ ttlMs: 1_000 });

  clock.run(999);
  expect(gate.passOf({ token: secret }, '10.0.0.1')).toBeDefined();
  clock.run(1);
  expect(thrown(() => gate.passOf({ token: secret }, '10.0.0.1'))).toBe('unauthorized');
});

test('a token that was taken back is refused, and so are the logins that began with it', async () => {
  const { gate, tokens, secret } = await gateWith();
  const { secret: login } = gate.login(secret, '10.0.0.1');

  await tokens.revoke('ci');
  expect(thrown(() => gate.passOf({ token: secret }, '10.0.0.1'))).toBe('unauthorized');
  expect(gate.passOf({ login }, '10.0.0.1')).toBeUndefined();
});

test.each([
  [['10.0.0.0/8'], '10.1.2.3', true],
  [['10.0.0.0/8'], '::ffff:10.1.2.3', true],
  [['10.0.0.0/8'], '11.1.2.3', false],
  [['10.0.0.0/8', 'fd00::/8'], 'fd12::1', true],
  [['fd00::/8'], 'fe80::1', false],
  [['192.0.2.1'], '192.0.2.1', true],
  [['nonsense'], '192.0.2.1', false],
])('a token for %j from %s: %s', async (from, address, isWelcome) => {
  const { gate, secret } = await gateWith({ from });

  expect(thrown(() => gate.passOf({ token: secret }, address) !== undefined)).toBe(isWelcome || 'forbidden');
});

test('the eleventh try of an address is not looked at, be it right or wrong, and others go on', async () => {
  const { clock, gate, secret } = await gateWith();

  for (let time = 0; time < 10; time++) thrown(() => gate.passOf({ token: 'wrong' }, '10.0.0.1'));
  expect(thrown(() => gate.passOf({ token: secret }, '10.0.0.1'))).toBe('too_many_requests');
  expect(thrown(() => gate.login(secret, '10.0.0.1'))).toBe('too_many_requests');
  expect(gate.passOf({ token: secret }, '10.0.0.2')).toBeDefined();
  clock.run(60_000);
  expect(gate.passOf({ token: secret }, '10.0.0.1')).toBeDefined();
});

test('a login lasts 12 hours, or as long as its token', async () => {
  const { clock, gate, secret } = await gateWith();
  const short = await gateWith({ ttlMs: 60_000 });

  const { secret: login, lastsMs } = gate.login(secret, '10.0.0.1');
  expect(lastsMs).toBe(43_200_000);
  expect(short.gate.login(short.secret, '10.0.0.1').lastsMs).toBe(60_000);
  clock.run(43_199_999);
  expect(gate.passOf({ login }, '10.0.0.1')).toMatchObject({ name: 'ci', by: 'login' });
  clock.run(1);
  expect(gate.passOf({ login }, '10.0.0.1')).toBeUndefined();
});

test('a logout ends that login and no other', async () => {
  const { gate, secret } = await gateWith();
  const [first, second] = [gate.login(secret, '::1').secret, gate.login(secret, '::1').secret];

  gate.logout(first);
  expect(gate.passOf({ login: first }, '::1')).toBeUndefined();
  expect(gate.passOf({ login: second }, '::1')).toBeDefined();
});

test('a ticket is good for one login within a minute', async () => {
  const { clock, gate } = await gateWith();
  const [used, late] = [gate.ticketFor(), gate.ticketFor()];

  expect(gate.login(used, '::1').pass).toMatchObject({ scope: 'admin', paths: [], by: 'login' });
  expect(thrown(() => gate.login(used, '::1'))).toBe('unauthorized');
  clock.run(60_000);
  expect(thrown(() => gate.login(late, '::1'))).toBe('unauthorized');
});

test('a login by a ticket ends with the token behind it, and is for the same addresses', async () => {
  const { gate, tokens, secret } = await gateWith({ from: ['10.0.0.0/8'], ttlMs: 60_000 });
  const ticketFor = () => gate.ticketFor(gate.passOf({ token: secret }, '10.0.0.1'));
  const [elsewhere, used, late] = [ticketFor(), ticketFor(), ticketFor()];

  expect(thrown(() => gate.login(elsewhere, '192.0.2.1'))).toBe('forbidden');
  const { secret: login, lastsMs } = gate.login(used, '10.0.0.1');
  expect(lastsMs).toBe(60_000);
  expect(thrown(() => gate.passOf({ login }, '192.0.2.1'))).toBe('forbidden');
  expect(gate.passOf({ login }, '10.0.0.1')).toMatchObject({ name: 'ci', by: 'login' });
  await tokens.revoke('ci');
  expect(gate.passOf({ login }, '10.0.0.1')).toBeUndefined();
  expect(thrown(() => gate.login(late, '10.0.0.1'))).toBe('unauthorized');
});

test('a login begins no other one: it would outlive its 12 hours', async () => {
  const { gate, secret } = await gateWith();
  const { secret: login } = gate.login(secret, '::1');

  expect(thrown(() => gate.ticketFor(gate.passOf({ login }, '::1')))).toBe('forbidden');
});

test('a pass holds until its token is taken back or expires, or its login ends', async () => {
  const { gate, tokens, secret } = await gateWith();
  const byToken = gate.passOf({ token: secret }, '::1');
  const { secret: login, pass: byLogin } = gate.login(secret, '::1');
  const holds = () => [byToken, byLogin].map((pass) => pass !== undefined && gate.holds(pass));

  expect(holds()).toEqual([true, true]);
  gate.logout(login);
  expect(holds()).toEqual([true, false]);
  await tokens.revoke('ci');
  await tokens.create({ name: 'ci', scope: 'write' });
  expect(holds()).toEqual([false, false]);
  const short = await gateWith({ ttlMs: 1_000 });
  const pass = short.gate.passOf({ token: short.secret }, '::1');
  short.clock.run(1_000);
  expect(pass && short.gate.holds(pass)).toBe(false);
});

test('a cookie that means nothing proves nothing and is no failure', async () => {
  const { gate, secret } = await gateWith();

  for (let time = 0; time < 20; time++) expect(gate.passOf({ login: 'old' }, '::1')).toBeUndefined();
  expect(gate.passOf({ token: secret }, '::1')).toBeDefined();
});

test('tokens survive a restart without their secrets, and so does when they were used', async () => {
  const clock = new SimulatedClock();
  const shelf = memoryShelf();
  const before = TokenBook.of({ clock, shelf });
  const { secret, token } = await before.create({ name: 'ci', scope: 'read' });
  before.noteUse(token);
  clock.run(59_999);
  before.noteUse(token);

  expect(JSON.stringify([...shelf.content])).not.toContain(secret);
  const after = await TokenBook.open({ clock, shelf });
  expect(after.find(secret)?.name).toBe('ci');
  expect(after.list()).toMatchObject([{ name: 'ci', lastUsed: 1_700_000_000_000 }]);
});

test('what another version or a broken disk kept is no token', async () => {
  const shelf = memoryShelf([
    ['token:a', { name: 'a', hash: secretHash('x'), scope: 'root' }],
    ['token:b', null],
    ['used:c', 'yesterday'],
  ]);

  const book = await TokenBook.open({ clock: new SimulatedClock(), shelf });
  expect([book.list(), book.find('x')]).toEqual([[], undefined]);
});

test('a name is given once, and an expired token makes room after a week', async () => {
  const { clock, tokens } = await gateWith({ ttlMs: 1 });

  await expect(tokens.create({ name: 'ci', scope: 'read' })).rejects.toMatchObject({ code: 'already_exists' });
  clock.run(8 * 86_400_000);
  await expect(tokens.create({ name: 'ci', scope: 'read' })).resolves.toBeDefined();
});

test('tokens of the file count beside the others, and are taken out there', async () => {
  const { tokens, gate } = await gateWith();
  const written = (name: string): Token => ({
    ...{
      name,
      hash: secretHash(name),
      scope: 'read',
      created: null,
      expires: null,
      from: [],
      paths: [],
      origin: 'file',
    },
  });

  expect(tokens.setWritten([written('ci'), written('grafana')])).toEqual(['ci']);
  expect(gate.passOf({ token: 'grafana' }, '::1')).toMatchObject({ name: 'grafana', scope: 'read' });
  expect(thrown(() => gate.passOf({ token: 'ci' }, '::1'))).toBe('unauthorized');
  await expect(tokens.revoke('grafana')).rejects.toMatchObject({ code: 'not_allowed' });
  await expect(tokens.revoke('nobody')).rejects.toMatchObject({ code: 'not_found' });
  tokens.setWritten([]);
  expect(thrown(() => gate.passOf({ token: 'grafana' }, '::1'))).toBe('unauthorized');
});
