import { expect, test } from 'vitest';
import { exportSettings } from '../../src/shinken/settings.ts';

test('it is off unless it is switched on', () => {
  expect(exportSettings({})).toBeUndefined();
});

test.each([
  ['shinken', '/etc/init.d/shinken reload', '/var/lib/shinken/nagios.cmd'],
  ['nagios', 'systemctl reload nagios4 || /etc/init.d/nagios reload', '/var/lib/nagios4/rw/nagios.cmd'],
])('what is not written is as usual for %s', (tool, reloadCommand, pipe) => {
  const settings = exportSettings({ enabled: true, monitoring_tool: tool, reload_command: '' });
  expect(settings).toMatchObject({ reloadCommand, checkCommand: '', resendMs: 60_000, removeDeadAfterMs: undefined });
  expect(settings?.pipes[0]).toBe(pipe);
});

test('what is written counts', () => {
  const written = { external_command_file: '/run/cmd', remove_dead_after: '2h', zones: ['lan'], reload_command: 'x' };
  expect(exportSettings({ enabled: true, ...written })).toMatchObject({
    ...{ pipes: ['/run/cmd'], removeDeadAfterMs: 7_200_000, zones: ['lan'], reloadCommand: 'x' },
  });
});

test('wrong parameters are named', () => {
  expect(() => exportSettings({ enabled: true, monitoring_tool: 'icinga', resend: 'soon' })).toThrow(
    /^shinken\.monitoring_tool: .*; shinken\.resend: /,
  );
});
