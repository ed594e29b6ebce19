import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Bus } from '../../src/base/bus.ts';
import { systemClock } from '../../src/base/clock.ts';
import { silent } from '../../src/base/log.ts';
import type { AgentEvent } from '../../src/model/event.ts';
import { systemHost } from '../../src/net/system-host.ts';
import { ShinkenExport } from '../../src/shinken/export.ts';
import { exportSettings } from '../../src/shinken/settings.ts';
import { lookUntil } from '../support/look-until.ts';
import { member } from '../support/nodes.ts';
import { testWith } from '../support/services.ts';
import { tempDirectory } from '../support/temp.ts';

const WEB = '0f2e4c6a-1111-4222-8333-944455556661';
const DEAD = '0f2e4c6a-1111-4222-8333-944455556662';
const TRIES = 300;

const TEMPLATES = `
define timeperiod {
  timeperiod_name 24x7
  alias always
  sunday 00:00-24:00
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
}
define command {
  command_name check-host-alive
  command_line /bin/true
}
define command {
  command_name tell
  command_line /bin/true
}
define contact {
  contact_name admin
  host_notification_period 24x7
  service_notification_period 24x7
  host_notification_options n
  service_notification_options n
  host_notification_commands tell
  service_notification_commands tell
}
define host {
  name generic-host
  contacts admin
  notifications_enabled 0
  register 0
}
define service {
  name generic-service
  contacts admin
  check_period 24x7
  check_interval 10
  retry_interval 2
  notifications_enabled 0
  register 0
}
`;

/** A directory with the configuration of a Nagios that reads our files. */
function nagiosIn(root: string) {
  const paths = { config: join(root, 'nagios.cfg'), status: join(root, 'status.dat'), pipe: join(root, 'nagios.cmd') };
  for (const name of ['agent', 'spool']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'templates.cfg'), TEMPLATES);
  writeFileSync(
    paths.config,
    [
      ...[`cfg_file=${root}/templates.cfg`, `cfg_dir=${root}/agent`, `log_file=${root}/nagios.log`],
      ...[`status_file=${paths.status}`, 'status_update_interval=1', `command_file=${paths.pipe}`],
      ...['check_external_commands=1', `object_cache_file=${root}/objects.cache`, `temp_file=${root}/nagios.tmp`],
      ...[`precached_object_file=${root}/objects.precache`, `state_retention_file=${root}/retention.dat`],
      ...[`temp_path=${root}`, `check_result_path=${root}/spool`, `lock_file=${root}/nagios.lock`],
      ...[`query_socket=${root}/nagios.qh`, `resource_file=${root}/resource.cfg`, 'use_syslog=0'],
      ...['nagios_user=nagios', 'nagios_group=nagios', 'check_for_updates=0', 'date_format=iso8601', ''],
    ].join('\n'),
  );
  writeFileSync(join(root, 'resource.cfg'), '');
  return paths;
}

/** The blocks of a status file, each as its values. */
function statusOf(path: string, type: 'hoststatus' | 'servicestatus'): readonly ReadonlyMap<string, string>[] {
  if (!existsSync(path)) return [];
  const blocks = readFileSync(path, 'utf8').split(/^(?=\w+ \{$)/m);
  return blocks
    .filter((block) => block.startsWith(`${type} {`))
    .map((block) => new Map([...block.matchAll(/^\t(\w+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value])));
}

/** Root may not be what Nagios runs as. */
function giveToNagios(root: string): void {
  if (process.getuid?.() !== 0) return;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'nagios'], { encoding: 'utf8' }));
  const [uid, gid] = [idOf('-u'), idOf('-g')];
  chownSync(root, uid, gid);
  chownSync(join(root, 'spool'), uid, gid);
  chmodSync(root, 0o755);
}

/** Ends a process and waits until it has. */
async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

testWith(
  'nagios4',
  'a real Nagios takes the files, is reloaded, and shows what the checks say',
  async (nagios) => {
    using folder = tempDirectory();
    const { config, status, pipe } = nagiosIn(folder.path);
    giveToNagios(folder.path);
    await using host = systemHost(systemClock);
    const bus = new Bus<AgentEvent>(() => {});
    const web = member(WEB, {
      ...{ name: 'web-1', displayName: 'Shop; \\\n}', groups: [], zone: 'lan' },
      checks: new Map([
        ['linux/load-average', { state: 'critical', hard: true, changed: 1, output: 'load is at 9; high' }],
        ['a/http', { state: 'ok', hard: true, changed: 1, output: '' }],
        ['b/http', { state: 'warning', hard: true, changed: 1, output: 'slow' }],
        ["odd/x$y'(z)", { state: 'pending', hard: false, changed: 0, output: '' }],
      ]),
    });
    const dead = member(DEAD, { name: 'db-1', state: 'dead', zone: 'lan' });
    const troubles: string[] = [];
    let [reloads, child] = [0, undefined as ChildProcess | undefined];
    // The first reload is what starts it, as it may not start without a host.
    const settings = exportSettings({
      ...{ enabled: true, monitoring_tool: 'nagios', cfg_path: join(folder.path, 'agent'), resend: '1s' },
      ...{ external_command_file: pipe, config_check_command: `${nagios} -v ${config}`, reload_command: 'true' },
    });
    if (settings === undefined) throw new Error('it is off');
    const running = new ShinkenExport({
      ...{ settings, clock: systemClock, bus, log: silent, host, checks: () => [], takesZone: () => true },
      membership: { self: web, members: new Map([web, dead].map((each) => [each.id, each])) },
      reloaded() {
        reloads += 1;
        child ??= spawn(nagios, [config], { stdio: 'ignore' });
      },
      trouble: (_, text) => void (text !== '' && troubles.push(text)),
    });
    try {
      const seen = await lookUntil(
        async () => ({ services: statusOf(status, 'servicestatus'), hosts: statusOf(status, 'hoststatus') }),
        ({ services, hosts }) =>
          [...services, ...hosts].filter((each) => each.get('has_been_checked') === '1').length === 6,
        TRIES,
      );
      expect(troubles).toEqual([]);
      expect(reloads).toBe(1);
      const told = seen.services.map((each) => [
        each.get('service_description'),
        each.get('current_state'),
        each.get('plugin_output'),
      ]);
      expect(told.sort()).toEqual([
        ['Agent-a-http', '0', 'OK'],
        ['Agent-b-http', '1', 'slow'],
        // Nagios itself writes it so.
        ['Agent-load-average', '2', 'load is at 9: high'],
        ['Agent-xyz', '3', 'waiting for its first result'],
      ]);
      const hosts = seen.hosts.map((each) => [each.get('host_name'), each.get('current_state')]);
      expect(hosts.sort()).toEqual([
        [WEB, '0'],
        [DEAD, '1'],
      ]);
    } finally {
      running[Symbol.dispose]();
      await end(child);
    }
  },
  60_000,
);
