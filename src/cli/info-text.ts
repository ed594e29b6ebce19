import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Info = Api['GET /agent/info']['answer'];
type Brush = Pick<Terminal, 'paint' | 'unicode'>;

const LABEL_WIDTH = 22;
const MEBIBYTE = 1_048_576;

/** What `agent info` prints. Scripts search for its words: they stay as they are. */
export function infoText(info: Info, brush: Brush): string[] {
  return [
    ...info.warnings.map((warning) => brush.paint(`WARNING: ${escaped(warning)}`, 'yellow')),
    ...block('generic', generic(info, brush), brush),
    ...block('service discovery', discovery(info, brush), brush),
    ...block('automatic detection', detection(info, brush), brush),
    ...block('monitoring', monitoring(info), brush),
    ...block('metrology', whileOn(info, 'metrology', ['Collectors', collectorStates(info)]), brush),
    ...technical(info, brush),
  ];
}

type Row = readonly [label: string, text: string];

/** What a topic has to say, or that it is switched off. */
const whileOn = ({ topics }: Info, topic: string, row: Row): Row[] => [
  topics[topic] === false ? ['', '(disabled)'] : row,
];

function block(title: string, rows: readonly Row[], brush: Brush): string[] {
  const rule = brush.unicode ? `┌${'─'.repeat(19)}` : `+${'-'.repeat(19)}`;
  const lines = rows.map(([label, text]) =>
    label === '' ? `  ${text}` : ` ${brush.paint(`${label}:`.padEnd(LABEL_WIDTH), 'blue')}${text}`,
  );
  return [`${rule} ${title}`, ...lines, ''];
}

function generic(info: Info, brush: Brush): Row[] {
  const { system_distro: distro, system_distroversion: version } = info;
  const system = distro === '' ? 'not known' : `${escaped(distro)} (version ${escaped(version)})`;
  const managed = brush.unicode ? '√ managed' : '+ managed';
  return [
    ['Name', escaped(info.name)],
    ...(info.display_name === '' || info.display_name === info.name
      ? []
      : [['Display name', `[ ${escaped(info.display_name)} ]`] as const]),
    ['System', info.is_managed_system ? `${system}  ${brush.paint(managed, 'green')}` : system],
    ['Modules', moduleStates(info)],
    ['', more('opsbro agent modules state', brush)],
  ];
}

function moduleStates({ modules }: Info): string {
  const count = (wanted: string) => Object.values(modules).filter(({ state }) => state === wanted).length;
  return `${count('STARTED')} STARTED / ${count('DISABLED')} DISABLED / ${count('ERROR')} ERROR`;
}

function discovery(info: Info, brush: Brush): Row[] {
  const { alive, suspect, dead, left } = info.members;
  const { http } = info.ports;
  // An agent that was started before it was upgraded does not say.
  const openTo = info.dns_open_to ?? [];
  const [yes, no] = brush.unicode ? ['√', '‼'] : ['+', '!'];
  const missing = info.is_zone_closed ? 'zone is closed: its key file cannot be used' : 'zone do not have a gossip key';
  const key = info.is_zone_protected ? `${yes} zone have a gossip key` : `${no} ${missing}`;
  return [
    ['UUID', info.uuid],
    ['Local addr', escaped(info.local_addr)],
    ['Public addr', escaped(info.public_addr)],
    ['UDP port', String(info.port)],
    ['HTTP', `${http === undefined ? 'not open' : `127.0.0.1:${http}`}   unix socket ${escaped(info.socket)}`],
    ...(openTo.length === 0 ? [] : [['DNS', `open to ${escaped(openTo.join(', '))}`] as const]),
    ['Zone', `${escaped(info.zone)} (${key})`],
    ['Members', `${alive} alive / ${suspect} suspect / ${dead} dead / ${left} left`],
    ['', more('opsbro gossip members', brush)],
  ];
}

function detection(info: Info, brush: Brush): Row[] {
  const drivers = info.hosting_drivers_state.map(({ name, is_active }) =>
    is_active ? `[${escaped(name)}]` : escaped(name),
  );
  return [
    ['Groups', escaped([...info.groups_all].sort().join(','))],
    ...(drivers.length === 0 ? [] : [['Hosting drivers', drivers.join(brush.unicode ? ' ← ' : ' <- ')] as const]),
    ['', more('opsbro detectors state', brush)],
  ];
}

function monitoring(info: Info): Row[] {
  const { alerts } = info.monitoring;
  const states = whileOn(info, 'monitoring', ['Check states', checkStates(info)]);
  return alerts === 0 ? states : [...states, ['Alerts', `${alerts} open`]];
}

function checkStates({ monitoring: { ok, warning, critical, unknown, pending, suppressed } }: Info): string {
  const apart = suppressed === 0 ? '' : ` / ${suppressed} SUPPRESSED`;
  return `${ok} OK / ${warning} WARNING / ${critical} CRITICAL / ${unknown} UNKNOWN / ${pending} PENDING${apart}`;
}

function collectorStates(info: Info): string {
  const states = Object.values(info.collectors).map(({ state }) => state);
  const count = (...wanted: readonly string[]) => states.filter((state) => wanted.includes(state)).length;
  const pending = count('pending', 'running');
  return `${count('ok')} OK / ${count('error')} ERROR / ${count('not-eligible')} NOT-ELIGIBLE / ${pending} PENDING`;
}

function technical(info: Info, brush: Brush): string[] {
  const rule = (brush.unicode ? '─' : '-').repeat(12);
  const rows: Row[] = [
    ['State', `${info.agent_state} (health: ${info.health})`],
    ...info.reasons.map(({ part, text }) => ['  └ Reason', `${escaped(part)}: ${escaped(text)}`] as const),
    ['Memory usage', `${Math.round(info.memory_consumption / MEBIBYTE)}MB`],
    ['CPU Usage', `${info.cpu_consumption.toFixed(1)}%`],
    ['KV Backend', escaped(info.kv.backend.name)],
    ['   - size', `${(info.kv.stats.size / MEBIBYTE).toFixed(2)}MB`],
    ['Version', `${escaped(info.version)} (node ${escaped(info.node_version)})`],
    ['Logs', `${info.logs.ERROR.length} errors    ${info.logs.WARNING.length} warnings`],
  ];
  const lines = rows.map(([label, text]) =>
    label.startsWith(' ')
      ? ` ${`${label}:`.padEnd(LABEL_WIDTH - 1)}${text}`
      : ` - ${brush.paint(`${label}:`.padEnd(LABEL_WIDTH - 3), 'blue')}${text}`,
  );
  return [`${rule} Technical info`, ...lines];
}

const more = (command: string, brush: Brush): string => `${brush.unicode ? '└ More →' : '  More:'} ${command}`;
