import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import script from '../../src/handlers/script.ts';
import type { Message } from '../../src/model/alert.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { Undeliverable } from '../../src/plugins/delivery.ts';
import { ALERT, messageOf } from '../support/alert.ts';
import { fakeDesk } from '../support/desk.ts';
import { never } from '../support/host.ts';
import { tempDirectory } from '../support/temp.ts';

/** Runs a notification script of these lines; gives what it wrote to its first argument. */
async function told(message: Message, lines: readonly string[], options: object = {}): Promise<string> {
  using folder = tempDirectory();
  const [path, out] = [join(folder.path, 'notify.sh'), join(folder.path, 'out')];
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
  writeFileSync(out, '');
  await using host = systemHost(systemClock);
  await script.configure({ command: [path, out], ...options }).notify(message, never, fakeDesk({ host }));
  return readFileSync(out, 'utf8');
}

/** As people have them for Nagios. */
const NAGIOS = [
  '/usr/bin/printf "%b" "***** Nagios *****\\n\\nNotification Type: $NAGIOS_NOTIFICATIONTYPE\\n" > "$1"',
  'echo "$NAGIOS_HOSTNAME/$NAGIOS_SERVICEDESC is $NAGIOS_SERVICESTATE ($NAGIOS_SERVICESTATETYPE): $NAGIOS_SERVICEOUTPUT" >> "$1"',
];

test('a notification script of Nagios works as it is', async () => {
  expect(await told(messageOf(), NAGIOS)).toBe(
    '***** Nagios *****\n\nNotification Type: PROBLEM\ndb-1/System Load Average is CRITICAL (HARD): CRITICAL: load is at 9\n',
  );
});

test.each<[Message, string]>([
  [messageOf([{ ...ALERT, severity: 'ok', state: 'ok' }], { action: 'resolved' }), 'RECOVERY'],
  [messageOf([ALERT], { action: 'acked' }), 'ACKNOWLEDGEMENT'],
  [messageOf([{ ...ALERT, flapping: true }], { action: 'flapping' }), 'FLAPPINGSTART'],
  [messageOf([ALERT], { action: 'flapping' }), 'FLAPPINGSTOP'],
])('%j is told as %s', async (message, type) => {
  expect(await told(message, ['printf %s "$NAGIOS_NOTIFICATIONTYPE" > "$1"'])).toBe(type);
});

test('the message comes on the standard input, and values are in the environment', async () => {
  const lines = ['cat > "$1"', 'printf " %s %s %s" "$OPSBRO_STATE" "$OPSBRO_TIME" "$OPSBRO_TEST" >> "$1"'];
  const [json = '', ...values] = (await told(messageOf([ALERT], { isTest: true }), lines)).split(/(?<=\}) /);
  expect(JSON.parse(json)).toMatchObject({ version: 1, test: true, alerts: [{ id: ALERT.id }] });
  expect(values).toEqual(['critical 1700000000 1']);
});

test('several alerts start it once each', async () => {
  const message = messageOf([ALERT, { ...ALERT, name: 'b' }]);
  expect(await told(message, ['echo "$OPSBRO_CHECK" >> "$1"'])).toBe('linux/load-average\nb\n');
});

test('a program that does not read its input is no failure', async () => {
  const output = 'x'.repeat(100_000);
  await told(messageOf([{ ...ALERT, longOutput: output }]), ['exit 0']);
});

test('exit code 75 and a time that is over ask for another try, any other end does not', async () => {
  const later: unknown = await told(messageOf(), ['echo busy; exit 75']).catch((error: unknown) => error);
  expect(later).toMatchObject({ message: 'exit code 75: busy' });
  expect(later).not.toBeInstanceOf(Undeliverable);
  const late: unknown = await told(messageOf(), ['sleep 60'], { timeout: '200ms' }).catch((error: unknown) => error);
  expect(late).toMatchObject({ message: 'timeout after 0.2s' });
  expect(late).not.toBeInstanceOf(Undeliverable);
  await expect(told(messageOf(), ['exit 3'])).rejects.toThrow(Undeliverable);
});

test('nothing of an alert becomes program', async () => {
  const message = messageOf([{ ...ALERT, output: '$(touch /tmp/never); `x` "; exit 9' }]);
  using folder = tempDirectory();
  const out = join(folder.path, 'out');
  await using host = systemHost(systemClock);
  const command = `printf '%s' "$OPSBRO_OUTPUT$" > ${out}`;
  await script.configure({ command }).notify(message, never, fakeDesk({ host }));
  expect(readFileSync(out, 'utf8')).toBe('$(touch /tmp/never); `x` "; exit 9');
});
