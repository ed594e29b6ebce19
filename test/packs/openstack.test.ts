import { expect, test } from 'vitest';
import type { CheckState } from '../../src/model/check.ts';
import type { Evaluated } from '../../src/model/expression.ts';
import type { Metrics } from '../../src/model/metrics.ts';
import { never } from '../support/host.ts';
import { definitionOf, evaluatorOf, shipped } from './shipped.ts';

const parameters = shipped.packs.find(({ name }) => name === 'openstack')?.parameters ?? {};

/** How a check of the pack judges a node that sees this, and what it says. */
async function judged(name: string, collectors: Metrics): Promise<readonly [CheckState | 'unknown', string]> {
  const definition = definitionOf('check', `openstack/${name}`);
  const engine = evaluatorOf({ collectors });
  const variables = new Map<string, Evaluated>();
  const evaluate = (text: unknown, purpose: 'condition' | 'value' | 'text') =>
    engine.evaluate(String(text), purpose, { data: { own: definition, parameters, variables }, signal: never });
  for (const [key, text] of Object.entries(definition['variables'] ?? {}))
    variables.set(key, await evaluate(text, 'value'));
  for (const state of ['critical', 'warning'] as const) {
    const found = await evaluate(definition[`${state}_if`] ?? 'False', 'condition');
    if (found.type !== 'value') return ['unknown', JSON.stringify(found)];
    if (found.truth) return [state, await said(await evaluate(definition[`${state}_output`], 'text'))];
  }
  return ['ok', await said(await evaluate(definition['ok_output'], 'text'))];
}

const said = async (text: Evaluated): Promise<string> => (text.type === 'value' ? text.text : JSON.stringify(text));

const api = (name: string, up: number, message = ''): Metrics => ({
  [`${name}_api_local_check`]: {
    [`${name}_api_local_status`]: up,
    [`${name}_api_local_response_time`]: 12.5,
    _message: message,
  },
});
const services = (values: Metrics): Metrics => ({
  nova_service_check: { _status: 'okay', _up: 1, nova_services_up: 3, ...values },
});
const rabbit = (values: Metrics): Metrics => ({ rabbitmq_status: { _status: 'okay', ...values } });
const galera = (values: Metrics): Metrics => ({
  galera_check: {
    _status: 'okay',
    _message: '',
    wsrep_cluster_size: 3,
    wsrep_local_state_comment: 'Synced',
    ...values,
  },
});

const cloud = (what: string, used: number): Metrics => ({
  nova_cloud_stats: { [`cloud_resource_total_${what}`]: 100, [`cloud_resource_used_${what}`]: used },
});

const CASES: readonly (readonly [string, Metrics, CheckState | 'unknown', RegExp])[] = [
  ...['keystone', 'nova', 'neutron', 'glance', 'cinder', 'heat'].flatMap((name): (typeof CASES)[number][] => [
    [`${name}-api`, api(name, 1), 'ok', new RegExp(`^OK: the API of ${name} answers in 12 ms$`)],
    [`${name}-api`, api(name, 0, 'refused'), 'critical', /^CRITICAL: API unavailable: refused$/],
    [`${name}-api`, {}, 'unknown', /collector/],
  ]),
  ['nova-services', services({ nova_services_down: 0 }), 'ok', /^OK: 3 services of nova are up$/],
  [
    'nova-services',
    services({ nova_services_down: 1, nova_services_down_names: 'nova-compute on c1' }),
    'critical',
    /^CRITICAL: down: nova-compute on c1$/,
  ],
  ['nova-services', { nova_service_check: { _status: 'okay', _up: 0 } }, 'warning', /^WARNING: API not reachable$/],
  ['horizon', { horizon_check: { horizon_local_status: 0 } }, 'critical', /does not answer/],
  ['glance-registry', { glance_registry_local_check: { glance_registry_local_status: 1 } }, 'ok', /answers/],
  ['memcached-api', { memcached_status: { memcache_api_local_status: 0 } }, 'critical', /does not answer/],
  ['memcached-connections', { memcached_status: { memcache_conn_used_pct: 85 } }, 'warning', /^WARNING: 85% of/],
  ['memcached-connections', { memcached_status: { memcache_conn_used_pct: 95 } }, 'critical', /^CRITICAL: 95% of/],
  ['rabbitmq-alarms', rabbit({ rabbitmq_disk_free_alarm_status: 1, rabbitmq_mem_alarm_status: 1 }), 'ok', /^OK/],
  [
    'rabbitmq-alarms',
    rabbit({ rabbitmq_disk_free_alarm_status: 0, rabbitmq_mem_alarm_status: 1 }),
    'critical',
    /disk full, memory fine$/,
  ],
  [
    'rabbitmq-cluster',
    rabbit({ _status: 'error', _message: 'cluster too small' }),
    'critical',
    /^CRITICAL: cluster too small$/,
  ],
  ['rabbitmq-channels', rabbit({ rabbitmq_max_channels_per_conn: 11 }), 'critical', /^CRITICAL: 11 channels/],
  ['rabbitmq-fd', rabbit({ rabbitmq_fd_used: 90, rabbitmq_fd_total: 100 }), 'critical', /^CRITICAL: 90% of the file/],
  ['rabbitmq-proc', rabbit({ rabbitmq_proc_used: 89, rabbitmq_proc_total: 100 }), 'ok', /^OK: 89% of the processes/],
  [
    'rabbitmq-sockets',
    rabbit({ rabbitmq_sockets_used: 1, rabbitmq_sockets_total: 100 }),
    'ok',
    /^OK: 1% of the sockets/,
  ],
  [
    'rabbitmq-messages',
    rabbit({ rabbitmq_msgs_excl_notifications: 5000, rabbitmq_msgs_without_consumers: 20_000 }),
    'ok',
    /^OK: 5000/,
  ],
  [
    'rabbitmq-messages',
    rabbit({ rabbitmq_msgs_excl_notifications: 5001, rabbitmq_msgs_without_consumers: 0 }),
    'critical',
    /^CRIT/,
  ],
  ['galera-cluster', galera({}), 'ok', /^OK: one of 3 members, in sync$/],
  ['galera-cluster', galera({ wsrep_cluster_size: 0 }), 'critical', /of 0 members$/],
  ['galera-cluster', galera({ wsrep_local_state_comment: 'Donor/Desynced' }), 'critical', /Donor/],
  [
    'galera-cluster',
    { galera_check: { _status: 'error', _message: 'there is a partition in the cluster' } },
    'critical',
    /partition/,
  ],
  [
    'mysql-connections',
    galera({ mysql_current_connections: 85, mysql_max_configured_connections: 100 }),
    'warning',
    /85%/,
  ],
  ['mysql-files', galera({ num_of_open_files: 96, open_files_limit: 100 }), 'critical', /96%/],
  ['mysql-locks', galera({ innodb_row_lock_time_avg: 2001 }), 'warning', /2001 ms/],
  [
    'nova-metadata',
    { nova_api_metadata_local_check: { nova_api_metadata_local_status: 0, _message: 'refused' } },
    'critical',
    /^CRITICAL: API unavailable: refused$/,
  ],
  [
    'nova-metadata',
    { nova_api_metadata_local_check: { nova_api_metadata_local_status: 1 } },
    'ok',
    /^OK: the metadata service of nova answers/,
  ],
  ['services', {}, 'ok', /^OK: all services that are named answer$/],
  [
    'services',
    { service_api_local_check: { services_down: 2, services_down_names: 'heat_cfn, console' } },
    'critical',
    /^CRITICAL: API unavailable: heat_cfn, console$/,
  ],
  ['cloud-vcpus', cloud('vcpus', 85), 'warning', /^WARNING: 85% of the processors of the cloud are given away$/],
  ['cloud-memory', cloud('memory', 95), 'critical', /^CRITICAL: 95% of the memory/],
  ['cloud-disk', cloud('disk_space', 10), 'ok', /^OK: 10% of the disk space/],
  ['rabbitmq-growth', rabbit({ rabbitmq_msgs_excl_notifications_per_second: 15 }), 'ok', /^OK: 15.0 more/],
  ['rabbitmq-growth', rabbit({ rabbitmq_msgs_excl_notifications_per_second: 15.5 }), 'critical', /15.5 more/],
  ['rabbitmq-growth', rabbit({}), 'ok', /^OK: 0.0 more/],
  ['mysql-deadlocks', galera({ innodb_deadlocks_per_second: 1 }), 'ok', /^OK: 1.0 deadlocks a second$/],
  ['mysql-deadlocks', galera({ innodb_deadlocks_per_second: 1.5 }), 'warning', /1.5 deadlocks/],
  ['mysql-deadlocks', galera({ innodb_deadlocks_per_second: 2.5 }), 'critical', /2.5 deadlocks/],
  ['mysql-logins', galera({ access_denied_errors_per_second: 15 }), 'warning', /15.0 logins/],
  ['mysql-logins', galera({ access_denied_errors_per_second: 21 }), 'critical', /21.0 logins/],
  ['mysql-aborted', galera({ aborted_connects_per_second: 1.2 }), 'warning', /1.2 attempts/],
  ['mysql-aborted', galera({ aborted_connects_per_second: 3 }), 'critical', /3.0 attempts/],
  ['conntrack', { conntrack_count: { nf_conntrack_count: 95, nf_conntrack_max: 100 } }, 'critical', /95%/],
];

test.each(CASES)('openstack/%s judges (%#)', async (name, collectors, state, output) => {
  expect(await judged(name, collectors)).toEqual([state, expect.stringMatching(output)]);
});

test('every check waits for three bad results', () => {
  const checks = shipped.objects.filter(({ type, id }) => type === 'check' && id.startsWith('openstack/'));
  expect(checks.length).toBeGreaterThan(20);
  for (const { id, definition } of checks) expect(definition['max_attempts'], id).toBe(3);
});
