import { expect, test } from 'vitest';
import { fakeAgent, opsbro } from '../support/cli.ts';

test('check show names the program that is run, each argument apart', async () => {
  const command = ['/usr/lib/nagios/plugins/check_disk', '-w', '10 %', '--password', '******'];
  const check = { name: 'linux/disks', display_name: '', pack_name: 'linux', state: 'ok', state_id: 0, hard: true };
  const shown = { ...check, last_change: null, output: 'fine', command, definition: null };
  await using agent = await fakeAgent({ 'GET /monitoring/checks/linux/disks': shown });
  const { out } = await opsbro('check show linux/disks', agent);
  expect(out).toContain(`    runs ${JSON.stringify(command)}\n`);
});
