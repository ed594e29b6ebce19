import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import mail from '../../src/handlers/mail.ts';
import type { Alert, Message } from '../../src/model/alert.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { mailbox } from '../support/smtp.ts';
import { tempDirectory } from '../support/temp.ts';

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

/** The mails that come of these messages over one channel. */
async function mailsOf(messages: readonly Message[], options: object = {}, folders?: readonly string[]) {
  await using server = await mailbox();
  const channel = mail.configure({ contacts: 'a@b.org', smtp_server: `127.0.0.1:${server.port}`, ...options });
  for (const message of messages) await channel.notify(message, never, fakeDesk(folders ? { folders } : {}));
  channel.close?.();
  return server.mails.map((text) => text.replace(/=\r\n/g, '').replace(/\r\n[ \t]+/g, ' '));
}

const withKind = (change: Partial<Alert>): Message => messageOf([{ ...ALERT, ...change }]);

test.each<[string, Message]>([
  ['The group mysql was add', withKind({ kind: 'group', name: 'mysql', severity: 'ok', state: 'added' })],
  [
    'The compliance passwd is root/644 did change state from PENDING to ERROR',
    withKind({ kind: 'compliance', name: 'x', displayName: 'passwd is root/644', state: 'error', oldState: 'pending' }),
  ],
  ['Node db-1 is dead', withKind({ kind: 'node', name: '', state: 'dead', why: 'nobody heard of it' })],
  ['Check linux/load-average is still in critical state on db-1', messageOf([ALERT], { action: 'repeat' })],
  ['TEST Check linux/load-average switched to critical state on db-1', messageOf([ALERT], { isTest: true })],
  [
    'Check linux/load-average on db-1 is acknowledged by ann',
    messageOf([{ ...ALERT, acked: { by: 'ann', comment: 'on it', at: 1, until: null, sticky: false } }], {
      action: 'acked',
    }),
  ],
  ['3 alerts on db-1: a critical, b warning', { ...messageOf([named('a'), named('b', 'warning')]), more: 1 }],
])('the subject "%s"', async (subject, message) => {
  const [text] = await mailsOf([message]);
  expect(text).toContain(`Subject: ${subject}\r\n`);
});

function named(name: string, state: 'critical' | 'warning' = 'critical'): Alert {
  return { ...ALERT, name, state, severity: state };
}

test('several alerts come in one mail with a line each', async () => {
  const mails = await mailsOf([messageOf([named('a'), named('b', 'warning')])]);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toContain('CRITICAL a on db-1: CRITICAL: load is at 9');
  expect(mails[0]).toContain('WARNING b on db-1: CRITICAL: load is at 9');
});

test('a mail has a form of text and one of HTML, in which nothing that was printed is HTML', async () => {
  const [text = ''] = await mailsOf([withKind({ output: '<script>alert(1)</script>' })]);
  expect(text).toContain('Content-Type: multipart/alternative');
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  const [plain = ''] = await mailsOf([messageOf()], { html: false });
  expect(plain).not.toContain('text/html');
});

test('the mails of an incident belong together, and a retry is the same mail', async () => {
  const messages = [messageOf(), messageOf(), messageOf([ALERT], { id: 'job-2', action: 'resolved' })];
  const [first = '', again = '', second = ''] = await mailsOf(messages);
  expect(first).toContain('Message-ID: <job-1@db-1>');
  expect(again).toContain('Message-ID: <job-1@db-1>');
  expect(first).not.toContain('In-Reply-To');
  expect(second).toContain('In-Reply-To: <job-1@db-1>');
  expect(second).toContain(`References: <${ALERT.id}@db-1> <job-1@db-1>`);
});

test('where a template fails the mail is sent in our words, and its last line names the fault', async () => {
  using folder = tempDirectory();
  writeFileSync(join(folder.path, 'evil.tpl'), "{{ ''.constructor.constructor('return process')() }}");
  writeFileSync(join(folder.path, 'endless.tpl'), '{% for a in range(999999) %}{% endfor %}');
  const options = { subject_template: 'evil.tpl', text_template: 'endless.tpl', html: false };
  const [text = ''] = await mailsOf([messageOf()], options, [folder.path]);
  expect(text).toContain('Subject: CRITICAL linux/load-average on db-1');
  expect(text).toContain('CRITICAL linux/load-average on db-1: CRITICAL: load is at 9');
  const lines = text.trim().split('\r\n');
  expect(lines.at(-2)).toMatch(/^Template: .*evil\.tpl: /);
  expect(lines.at(-1)).toMatch(/^Template: .*endless\.tpl: range: more than 100000 numbers/);
  const [absent = ''] = await mailsOf([messageOf()], { subject_template: 'absent.tpl', html: false });
  expect(absent).toContain('there is no file absent.tpl in the templates');
});
