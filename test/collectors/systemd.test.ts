import { expect, test } from 'vitest';
import systemd, { countUnits, parseUnits } from '../../src/collectors/systemd.ts';
import { fakeHost, never } from '../support/host.ts';

const COMMAND = 'systemctl list-units --all --full --plain --no-legend --no-pager --output=json';
const RUN = { dirs: ['/run/systemd/system'] };
const UNITS = [
  { name: 'ssh.service', active: 'active' },
  { name: 'cups.service', active: 'failed' },
];

test.each([
  [
    'JSON',
    '[{"unit":"ssh.service","load":"loaded","active":"active"},{"unit":"cups.service","load":"loaded","active":"failed"}]',
  ],
  ['columns', 'ssh.service  loaded active running OpenBSD\n● cups.service loaded failed failed CUPS\n\n'],
])('understands %s', (_, printed) => {
  expect(parseUnits(printed)).toEqual(UNITS);
});

test('counts units by state and names those that failed', () => {
  expect(countUnits(UNITS)).toEqual({
    total: 2,
    units: { active: 1, inactive: 0, failed: 1, activating: 0, deactivating: 0, reloading: 0, maintenance: 0 },
    failed: ['cups.service'],
  });
});

test('asks no program on a system that systemd does not run', async () => {
  await expect(systemd.configure({})(fakeHost(), never)).rejects.toThrow('this system is not run by systemd');
  await expect(systemd.configure({})(fakeHost(RUN), never)).rejects.toThrow('this system has no systemctl');
});

test.each([
  [{ exit: 1, stderr: 'Failed to connect to bus\nmore\n' }, 'systemctl ended with 1: Failed to connect to bus'],
  [{ timedOut: true, exit: null }, 'systemctl gave no answer within 5s'],
])('says why it cannot be asked: %o', async (end, message) => {
  const host = fakeHost({ ...RUN, commands: { [COMMAND]: end } });
  await expect(systemd.configure({})(host, never)).rejects.toThrow(message);
});
