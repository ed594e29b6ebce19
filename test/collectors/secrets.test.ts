import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import apache from '../../src/collectors/apache.ts';
import haproxy from '../../src/collectors/haproxy.ts';
import nginx from '../../src/collectors/nginx.ts';
import rabbitmq from '../../src/collectors/rabbitmq.ts';
import type { FetchAnswer, Host } from '../../src/net/host.ts';
import { CollectError, NotAnswering } from '../../src/plugins/outcomes.ts';
import { page } from '../support/fixtures.ts';
import { fakeHost, never, systemError } from '../support/host.ts';

const PASSWORD = 'geheim';
const SENT = Buffer.from(`stats:${PASSWORD}`).toString('base64');
const login = { user: 'stats', password: PASSWORD };
const IN_ADDRESS = `http://stats:${PASSWORD}@web/status`;

const COLLECTORS = [
  ['apache', apache.configure(login)],
  ['apache, in its address', apache.configure({ url: IN_ADDRESS })],
  ['haproxy', haproxy.configure({ ...login, stats_uri: 'http://web/stats' })],
  ['nginx, in its address', nginx.configure({ uri: IN_ADDRESS })],
  ['rabbitmq', rabbitmq.configure(login)],
  ['rabbitmq, in its address', rabbitmq.configure({ uri: IN_ADDRESS })],
] as const;

const ECHO = `you sent ${SENT}, which is stats:${PASSWORD}`;

/** What a service may do to whoever asks it. */
const FATES: readonly (readonly [string, () => FetchAnswer])[] = [
  ['refuses the login', () => ({ headers: {}, ...page(ECHO, 401) })],
  ['forbids it', () => ({ headers: {}, ...page(ECHO, 403) })],
  ['leads elsewhere', () => ({ ...page(ECHO, 302), headers: { location: IN_ADDRESS } })],
  ['fails', () => ({ headers: {}, ...page(ECHO, 500) })],
  ['repeats what was sent', () => ({ headers: {}, ...page(ECHO) })],
  ['says too much', () => fail(new OpsbroError('too_large', 'the answer is longer than 9 bytes'))],
  ['is not there', () => fail(systemError('ECONNREFUSED', 'connect 127.0.0.1:80'))],
];

function fail(error: Error): never {
  throw error;
}

test.each(COLLECTORS.flatMap(([name, collect]) => FATES.map(([what, answer]) => ({ name, what, collect, answer }))))(
  'a server that $what does not make $name tell its password',
  async ({ collect, answer }) => {
    const host: Host = { ...fakeHost(), fetch: async () => answer() };
    const failure: unknown = await collect(host, never).catch((error: unknown) => error);
    if (!(failure instanceof CollectError) && !(failure instanceof NotAnswering)) throw failure;
    const told = JSON.stringify([
      failure.message,
      failure.stack,
      'partial' in failure ? failure.partial : failure.results,
    ]);
    expect(told).not.toContain(PASSWORD);
    expect(told).not.toContain(SENT);
  },
);

test.each([
  ['apache', () => apache.configure({ url: `http//stats:${PASSWORD}@web/` })],
  ['haproxy', () => haproxy.configure({ stats_uri: `stats:${PASSWORD}@web` })],
  ['nginx', () => nginx.configure({ uri: `http://stats:${PASSWORD}@` })],
  ['rabbitmq', () => rabbitmq.configure({ uri: `http://stats:${PASSWORD}@:x/` })],
])('options of %s that are wrong are refused without being told', (name, configure) => {
  expect(configure).toThrow(new RegExp(`^collector ${name}\\.\\w+: must be `));
  expect(configure).not.toThrow(PASSWORD);
});
