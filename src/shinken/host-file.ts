import type { Member } from '../model/member.ts';
import { cleaned, serviceNames, templatesOf } from '../plugins/nagios-names.ts';
import type { MonitoringTool } from '../plugins/nagios-pipes.ts';

/** The first line of each file of ours; a file that begins otherwise is somebody else's. */
export const OUR_MARK = '# Written by opsbro: changes are lost, the next one overwrites them.';

/** What the definitions of hosts and services rest on. */
export interface Templates {
  readonly tool: MonitoringTool;
  /** Template of all hosts; empty: as usual for the tool. */
  readonly host: string;
  readonly service: string;
}

/** What is known of a node here. */
export type Exported = Pick<Member, 'id' | 'name' | 'displayName' | 'address' | 'zone' | 'groups' | 'checks'>;

/** The file of a node: the node as a host, and each of its checks as a service that waits for results. */
export function hostFile(node: Exported, templates: Templates): string {
  const services = [...serviceNames(node.checks.keys()).values()].sort();
  const blocks = [
    definition('host', hostOf(node, templates)),
    ...services.map((name) => definition('service', serviceOf(node, name, templates))),
  ];
  return `${OUR_MARK}\n\n${blocks.join('\n')}`;
}

type Directives = readonly (readonly [name: string, value: string])[];

function hostOf(node: Exported, templates: Templates): Directives {
  const { id, name, displayName, address, zone, groups } = node;
  const shown = cleaned(displayName) || cleaned(name) || id;
  return [
    ['use', templates.host === '' ? usualHostTemplates(node, templates.tool) : cleaned(templates.host)],
    ['host_name', id],
    ['display_name', shown],
    ['address', cleaned(address) || shown],
    ['check_period', '24x7'],
    ['check_interval', '1'],
    ['retry_interval', '1'],
    ['max_check_attempts', '2'],
    // Without a command of its own Nagios takes a host for up at its next look, whatever it was told.
    ...(templates.tool === 'nagios' ? PASSIVE : []),
    ['_AGENT_UUID', id],
    ['_ZONE', cleaned(zone)],
    ['_GROUPS', cleaned([...groups].sort().join(','))],
  ];
}

/** Nagios refuses templates that it does not know, so it gets no groups. */
const usualHostTemplates = ({ groups, zone }: Exported, tool: MonitoringTool): string =>
  tool === 'nagios' ? 'generic-host' : templatesOf(['agent', 'opsbro', ...[...groups].sort(), zone]);

const PASSIVE: Directives = [
  ['active_checks_enabled', '0'],
  ['passive_checks_enabled', '1'],
];

const serviceOf = ({ id }: Exported, name: string, { service }: Templates): Directives => [
  ['use', cleaned(service)],
  ['host_name', id],
  ['service_description', name],
  ...PASSIVE,
  ['check_command', 'check-host-alive'],
  ['max_check_attempts', '1'],
];

/** A directive without a value is an error to both tools, so it is left out. */
function definition(type: string, directives: Directives): string {
  const lines = directives.filter(([, value]) => value !== '').map(([name, value]) => `  ${name.padEnd(24)}${value}`);
  return `define ${type} {\n${lines.join('\n')}\n}\n`;
}
