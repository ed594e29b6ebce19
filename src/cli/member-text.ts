import { systemClock } from '../base/clock.ts';
import { shortAge } from '../base/duration.ts';
import { escaped } from './escape.ts';
import type { Member } from './members.ts';
import type { Terminal } from './terminal.ts';

/** An address with its port, as it is written in URLs. */
export const placeText = ({ addr, port }: Pick<Member, 'addr' | 'port'>): string =>
  addr.includes(':') ? `[${addr}]:${port}` : `${addr}:${port}`;

/** The line of a member in a list of its zone. */
export function memberLine(member: Member, terminal: Terminal): string {
  const isPlain = member.display_name === '' || member.display_name === member.name;
  const name = isPlain ? member.name : `[ ${member.display_name} ]`;
  const parts = [
    `  - ${escaped(member.zone)} > ${terminal.paint(escaped(name), 'magenta')}`,
    [terminal.state(member.state), ...troublesOf(member)].join(' '),
    escaped(placeText(member)),
    ...(member.is_proxy ? ['proxy'] : []),
    escaped(member.groups.join(',')),
  ];
  return parts.join('  ').trimEnd();
}

/** What should be known of a member beside its state. */
function troublesOf(member: Member): string[] {
  return [
    ...(member.leaving ? ['leaving'] : []),
    ...(member.flapping ? ['flapping'] : []),
    ...(member.reachable === false ? ['unreachable'] : []),
    ...(member.udp_blocked ? ['udp blocked'] : []),
  ];
}

/** The line with everything that the list has. */
export function memberDetail(member: Member, terminal: Terminal): string {
  const tags = Object.entries(member.tags).map(([name, value]) => `${name}=${value}`);
  const rtt = member.rtt_ms === null ? '-' : `${member.rtt_ms.toFixed(1)} ms`;
  const parts = [
    ` ${escaped(member.uuid)}${memberLine(member, terminal)}`,
    `incarnation=${member.incarnation}`,
    `version=${escaped(member.version)}`,
    `rtt=${rtt}`,
    `for ${shortAge(systemClock.wall() - member.since)}`,
    member.kind,
    escaped(tags.join(' ')),
  ];
  return parts.join('  ').trimEnd();
}
