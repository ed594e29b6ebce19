import { expect, test } from 'vitest';
import type { CheckSummary } from '../../src/model/member.ts';
import { hostFile, OUR_MARK } from '../../src/shinken/host-file.ts';
import { member } from '../support/nodes.ts';

const ID = '0f2e4c6a-1111-4222-8333-944455556666';
const WELL: CheckSummary = { state: 'ok', hard: true, changed: 0, output: '' };
const NODE = member(ID, {
  name: 'web-1',
  address: '10.0.0.7',
  zone: 'lan',
  groups: ['web', 'linux', 'os:debian'],
  checks: new Map([
    ['linux/load-average', WELL],
    ['linux/disks', WELL],
  ]),
});

const services = (host: string) => `
define service {
  use                     generic-service
  host_name               ${host}
  service_description     Agent-disks
  active_checks_enabled   0
  passive_checks_enabled  1
  check_command           check-host-alive
  max_check_attempts      1
}

define service {
  use                     generic-service
  host_name               ${host}
  service_description     Agent-load-average
  active_checks_enabled   0
  passive_checks_enabled  1
  check_command           check-host-alive
  max_check_attempts      1
}
`;

test('Shinken gets a template for each group and for the zone', () => {
  expect(hostFile(NODE, { tool: 'shinken', host: '', service: 'generic-service' })).toBe(`${OUR_MARK}

define host {
  use                     agent,opsbro,linux,os--debian,web,lan
  host_name               ${ID}
  display_name            web-1
  address                 10.0.0.7
  check_period            24x7
  check_interval          1
  retry_interval          1
  max_check_attempts      2
  _AGENT_UUID             ${ID}
  _ZONE                   lan
  _GROUPS                 linux,os:debian,web
}
${services(ID)}`);
});

test('Nagios gets the one template that it surely has, and asks nothing by itself', () => {
  const text = hostFile({ ...NODE, displayName: 'Shop' }, { tool: 'nagios', host: '', service: 'generic-service' });
  expect(text).toContain('  use                     generic-host\n');
  expect(text).toContain('  display_name            Shop\n');
  expect(text).toMatch(/max_check_attempts {6}2\n {2}active_checks_enabled {3}0\n {2}passive_checks_enabled {2}1\n/);
});

test('what a node says of itself begins no other line', () => {
  const evil = { ...NODE, name: 'x\n}\ndefine host {', address: '1\\', zone: 'a;b', groups: [], checks: new Map() };
  const text = hostFile(evil, { tool: 'shinken', host: 'mine', service: '' });
  expect(text.match(/^define /gm)).toHaveLength(1);
  expect(text).toContain('  address                 1\n');
  expect(text).not.toContain('_GROUPS');
});
