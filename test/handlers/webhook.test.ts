import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { signatureOf } from '../../src/handlers/support/signature.ts';
import webhook from '../../src/handlers/webhook.ts';
import type { FetchAnswer, FetchRequest } from '../../src/net/host.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { TryLater, Undeliverable } from '../../src/plugins/delivery.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { fakeHost, never } from '../support/host.ts';
import { pagesOf } from '../support/pages.ts';
import { tempDirectory } from '../support/temp.ts';

const URL_OF_HOOK = 'https://hook.example.org/alerts';

/** Sends a message to a server that answers like this; gives what it was asked. */
async function sent(options: object, message = messageOf(), answer: Partial<FetchAnswer> = {}) {
  const asked: FetchRequest[] = [];
  const page = (request: FetchRequest) => {
    asked.push(request);
    return answer;
  };
  const host = fakeHost({ pages: { [URL_OF_HOOK]: page } });
  const channel = webhook.configure({ url: URL_OF_HOOK, ...options });
  await channel.notify(message, never, fakeDesk({ host }));
  const [request] = asked;
  if (request === undefined || asked.length > 1) throw new Error(`asked ${asked.length} times`);
  return request;
}

test('the signature is the one that receivers know', () => {
  expect(signatureOf('opsbro-secret', 1_700_000_000, '{"hello":"world"}')).toBe(
    'sha256=aeb27412dac7aee60155274554314c51f446f1cf1b00efc45265de7385662914',
  );
});

test('an alert is sent as JSON, with times in seconds, signed over what is sent', async () => {
  const { method, headers = {}, body = '', isShielded } = await sent({ secret: 's', headers: { 'X-Own': 'yes' } });
  expect(method).toBe('POST');
  expect(isShielded).toBe(true);
  expect(headers).toMatchObject({
    'Content-Type': 'application/json',
    'User-Agent': 'opsbro/1.2.3',
    'X-Opsbro-Delivery': 'job-1',
    'X-Own': 'yes',
  });
  const timestamp = Number(headers['X-Opsbro-Timestamp']);
  expect(headers['X-Opsbro-Signature']).toBe(signatureOf('s', timestamp, String(body)));
  expect(JSON.parse(String(body))).toMatchObject({
    version: 1,
    delivery: 'job-1',
    action: 'fired',
    agent: { name: 'db-1', uuid: ALERT.node.uuid, zone: 'lan', version: '1.2.3' },
    alerts: [{ id: ALERT.id, state: 'critical', started: 1_700_000_000, node: { addr: '10.0.0.1' }, resolved: null }],
    group: {},
  });
});

test('a test is marked as one', async () => {
  const { body } = await sent({}, messageOf([ALERT], { isTest: true }));
  expect(JSON.parse(String(body))).toMatchObject({ test: true });
});

test('an own body is made of a template', async () => {
  using folder = tempDirectory();
  writeFileSync(join(folder.path, 'body.tpl'), '{"text": {{ check.output | tojson }}}');
  const asked: FetchRequest[] = [];
  const note = (request: FetchRequest) => {
    asked.push(request);
    return {};
  };
  const host = fakeHost({ pages: { [URL_OF_HOOK]: note } });
  const channel = webhook.configure({ url: URL_OF_HOOK, body_template: 'body.tpl' });
  await channel.notify(messageOf(), never, fakeDesk({ host, folders: [folder.path] }));
  expect(asked[0]?.body).toBe('{"text": "CRITICAL: load is at 9"}');
  const absent = webhook.configure({ url: URL_OF_HOOK, body_template: 'absent.tpl' });
  await expect(absent.notify(messageOf(), never, fakeDesk({ host }))).rejects.toThrow(Undeliverable);
});

test.each([
  [500, Error, 'the server answered 500: no <b>'],
  [503, Error, 'the server answered 503: no <b>'],
  [408, Error, 'the server answered 408: no <b>'],
  [302, Undeliverable, 'the server answered 302: no <b>'],
  [404, Undeliverable, 'the server answered 404: no <b>'],
  [410, Undeliverable, 'the server answered 410: no <b>'],
  [429, TryLater, 'the server answered 429: no <b>'],
])('an answer %i is no delivery', async (status, kind, message) => {
  const answer = { status, body: Buffer.from('no\n<b>'), headers: { 'retry-after': '7' } };
  const error: unknown = await sent({}, messageOf(), answer).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(kind);
  expect(error).toMatchObject({ message });
  if (status === 500) expect(error).not.toBeInstanceOf(Undeliverable);
  if (error instanceof TryLater) expect(error.waitMs).toBe(7_000);
});

test('what counts as taken can be said', async () => {
  await sent({ success: '200-299,304' }, messageOf(), { status: 304 });
});

test.each([{}, { url: 'ftp://x' }, { url: URL_OF_HOOK, success: '2xx' }, { url: URL_OF_HOOK, method: 'GET' }])(
  '%j is refused',
  (options) => {
    expect(() => webhook.configure(options)).toThrow(/^handler webhook/);
  },
);

test('over a real connection a retry is the same delivery, and a redirection is not followed', async () => {
  const asked: string[] = [];
  const codes = [500, 500, 200, 302];
  await using site = await pagesOf(({ url = '', headers, method }, response) => {
    asked.push(`${method} ${url} ${headers['x-opsbro-delivery']}`);
    response.writeHead(codes[asked.length - 1] ?? 200, { location: '/elsewhere' }).end();
  });
  await using host = systemHost(systemClock);
  const channel = webhook.configure({ url: `http://127.0.0.1:${site.port}/hook` });
  const send = () => channel.notify(messageOf(), never, fakeDesk({ host }));
  await expect(send()).rejects.toThrow('500');
  await expect(send()).rejects.toThrow('500');
  await send();
  await expect(send()).rejects.toThrow(Undeliverable);
  expect(asked).toEqual(Array(4).fill('POST /hook job-1'));
});

test('addresses of the link are refused', async () => {
  await using host = systemHost(systemClock);
  const channel = webhook.configure({ url: 'http://169.254.169.254/' });
  await expect(channel.notify(messageOf(), never, fakeDesk({ host }))).rejects.toThrow('169.254.169.254 is refused');
});
