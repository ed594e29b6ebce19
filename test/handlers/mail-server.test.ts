import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SMTPServerOptions } from 'smtp-server';
import { beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import mail from '../../src/handlers/mail.ts';
import type { Message } from '../../src/model/alert.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { type Delivery, Undeliverable } from '../../src/plugins/delivery.ts';
import { messageOf } from '../support/alert.ts';
import { type MadeCertificate, madeCertificate } from '../support/certificates.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { mailServer } from '../support/mail-server.ts';
import { tempDirectory } from '../support/temp.ts';

let ours: MadeCertificate;
beforeAll(() => {
  ours = madeCertificate();
});

/** Sends one message over a channel of its own. */
async function sent(options: object, message: Message = messageOf()): Promise<Delivery | undefined> {
  await using host = systemHost(systemClock);
  const channel = mail.configure({ contacts: ['ops@example.org', 'boss@example.org'], ...options });
  try {
    return await channel.notify(message, never, fakeDesk({ host }));
  } finally {
    channel.close?.();
  }
}

test('without TLS on the other side a mail goes in clear', async () => {
  await using server = await mailServer();
  expect(await sent({ smtp_server: `127.0.0.1:${server.port}` })).toBeUndefined();
  expect(server.mails).toMatchObject([{ to: ['ops@example.org', 'boss@example.org'], isSecure: false }]);
});

test('TLS that is offered is used, whoever signed the certificate', async () => {
  await using server = await mailServer(ours);
  await sent({ smtp_server: `127.0.0.1:${server.port}` });
  expect(server.mails).toMatchObject([{ isSecure: true }]);
});

test('TLS that is required is verified, and refused without an authority', async () => {
  using folder = tempDirectory();
  const ca = join(folder.path, 'ca.pem');
  writeFileSync(ca, ours.cert);
  await using server = await mailServer(ours);
  const required = { smtp_server: `localhost:${server.port}`, starttls: 'required' };
  await expect(sent(required)).rejects.toThrow(/self-signed|certificate/);
  await sent({ ...required, tls_ca: ca });
  await sent({ ...required, tls_verify: false });
  expect(server.mails).toMatchObject([{ isSecure: true }, { isSecure: true }]);
});

test('TLS that is required and not offered sends nothing', async () => {
  await using server = await mailServer();
  await expect(sent({ smtp_server: `127.0.0.1:${server.port}`, starttls: 'required' })).rejects.toThrow();
  expect(server.mails).toEqual([]);
});

test('TLS from the first byte', async () => {
  await using server = await mailServer({ ...ours, secure: true });
  await sent({ smtp_server: '127.0.0.1', smtp_port: server.port, smtps: true, tls_verify: false });
  expect(server.mails).toMatchObject([{ isSecure: true }]);
});

test('a login is made, and one that is refused is a fault of the configuration', async () => {
  const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _, done) =>
    password === 'right' ? done(null, { user: username }) : done(new Error('who are you'));
  await using server = await mailServer({ ...ours, onAuth });
  const options = { smtp_server: `127.0.0.1:${server.port}`, user: 'ops' };
  await sent({ ...options, password: 'right' });
  expect(server.mails).toMatchObject([{ user: 'ops', isSecure: true }]);
  await expect(sent({ ...options, password: 'wrong' })).rejects.toThrow(Undeliverable);
});

test('a login goes to no other machine in clear', () => {
  const options = { contacts: ['a@b'], smtp_server: 'mail.example.org', user: 'u', starttls: 'off' };
  expect(() => mail.configure(options)).toThrow('a login is never sent in clear');
});

test('recipients that are refused are told of, and the others have their mail', async () => {
  await using server = await mailServer({ refuse: { 'boss@example.org': '550 nobody here' } });
  expect(await sent({ smtp_server: `127.0.0.1:${server.port}` })).toEqual({
    remark: 'refused by the server: boss@example.org',
  });
  expect(server.mails).toMatchObject([{ to: ['ops@example.org'] }]);
});

test('when all recipients are refused nothing helps but another configuration', async () => {
  await using server = await mailServer({
    refuse: { 'ops@example.org': '550 nobody', 'boss@example.org': '550 nobody' },
  });
  await expect(sent({ smtp_server: `127.0.0.1:${server.port}` })).rejects.toThrow(Undeliverable);
});

test('a server that is busy is asked again with the same mail', async () => {
  await using server = await mailServer({ refuseData: ['451 try later'] });
  const options = { smtp_server: `127.0.0.1:${server.port}` };
  const error: unknown = await sent(options).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(Error);
  expect(error).not.toBeInstanceOf(Undeliverable);
  await sent(options);
  expect(server.mails[0]?.text).toContain('Message-ID: <job-1@db-1>');
});

test('of several servers the first that answers takes the mail', async () => {
  await using server = await mailServer();
  await sent({ smtp_server: ['127.0.0.1:1', `127.0.0.1:${server.port}`] });
  expect(server.mails).toHaveLength(1);
});

test('separate mails are not sent twice to those who have theirs', async () => {
  await using server = await mailServer({ refuseData: ['', '451 later'] });
  const channel = mail.configure({
    contacts: ['ops@example.org', 'boss@example.org'],
    separate: true,
    smtp_server: `127.0.0.1:${server.port}`,
  });
  await expect(channel.notify(messageOf(), never, fakeDesk())).rejects.toThrow('later');
  await channel.notify(messageOf(), never, fakeDesk());
  channel.close?.();
  expect(server.mails.map(({ to }) => to)).toEqual([['ops@example.org'], ['boss@example.org']]);
});
