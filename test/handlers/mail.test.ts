import { expect, test } from 'vitest';
import mail from '../../src/handlers/mail.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { mailbox } from '../support/smtp.ts';

test('a change of state reaches all contacts', async () => {
  await using server = await mailbox();
  const channel = mail.configure({
    contacts: ['ops@example.org', 'boss@example.org'],
    addr_from: 'opsbro@example.org',
    smtp_server: '127.0.0.1',
    smtp_port: server.port,
  });
  await channel.notify(messageOf(), never, fakeDesk());
  channel.close?.();

  expect(server.mails).toHaveLength(1);
  const [text] = server.mails;
  expect(text).toContain('From: opsbro@example.org');
  expect(text).toContain('To: ops@example.org, boss@example.org');
  expect(text).toContain('Subject: Check linux/load-average switched to critical state on db-1');
  expect(text).toMatch(/^Message-ID: </m);
  expect(text).toMatch(/^Date: /m);
  expect(text).toContain('Auto-Submitted: auto-generated');
  expect(text).toContain('X-Opsbro-State: critical');
  expect(text).toContain('CRITICAL: load is at 9');
});

test('the server may be written with its port', async () => {
  await using server = await mailbox();
  const channel = mail.configure({ contacts: 'ops@example.org', smtp_server: `127.0.0.1:${server.port}` });
  await channel.notify(messageOf(), never, fakeDesk());
  channel.close?.();
  expect(server.mails).toHaveLength(1);
});

test('nothing in an alert can add a header or colour a terminal', async () => {
  await using server = await mailbox();
  const channel = mail.configure({ contacts: ['ops@example.org'], smtp_server: `127.0.0.1:${server.port}` });
  const check = 'x\r\nBcc: evil@example.org';
  const node = { ...ALERT.node, name: check };
  await channel.notify(
    messageOf([{ ...ALERT, name: check, node, output: '\u001b[31mred\u001b[0m' }]),
    never,
    fakeDesk(),
  );
  channel.close?.();
  expect(server.mails[0]).not.toMatch(/^Bcc:/m);
  expect(server.mails[0]).toContain('red');
  expect(server.mails[0]).not.toContain('\u001b');
});

test('a server that refuses or is not there fails the alert', async () => {
  await using server = await mailbox('550 no mail today');
  const refused = mail.configure({ contacts: ['ops@example.org'], smtp_server: `127.0.0.1:${server.port}` });
  await expect(refused.notify(messageOf(), never, fakeDesk())).rejects.toThrow('550');
  refused.close?.();
  const absent = mail.configure({ contacts: ['ops@example.org'], smtp_server: '127.0.0.1:1' });
  await expect(absent.notify(messageOf(), never, fakeDesk())).rejects.toThrow('ECONNREFUSED');
  absent.close?.();
});

test('a login is never sent in clear to another machine', async () => {
  await using server = await mailbox();
  const channel = mail.configure({
    contacts: ['ops@example.org'],
    smtp_server: `127.0.0.1:${server.port}`,
    starttls: 'required',
    user: 'u',
    password: 'secret',
  });
  await expect(channel.notify(messageOf(), never, fakeDesk())).rejects.toThrow();
  channel.close?.();
  expect(server.mails).toEqual([]);
});

test.each([{}, { contacts: [] }, { contacts: ['a@b'], smtp_port: 70_000 }])('%j is refused', (options) => {
  expect(() => mail.configure(options)).toThrow(/^handler mail/);
});
