import { systemClock } from '../../../base/clock.ts';
import { shortAge } from '../../../base/duration.ts';
import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { whenInitialized } from '../../initialized.ts';
import type { Terminal } from '../../terminal.ts';

type Member = Api['GET /agent/members/:ref']['answer'];

const STATES = ['alive', 'suspect', 'dead', 'left'];

export default defineCommand({
  options: {
    detail: { kind: 'flag', description: 'also id, incarnation, version, round trip, age, kind and tags' },
    zone: { kind: 'value', placeholder: 'Z', description: 'only nodes of this zone' },
    state: { kind: 'value', placeholder: 'S', description: 'only nodes in this state: alive, suspect, dead or left' },
    group: { kind: 'value', placeholder: 'G', description: 'only nodes in this group' },
  },
  examples: ['gossip members', 'gossip members --group linux --state alive'],
  route: 'GET /agent/members',
  async run({ options }, context) {
    const state = options.state === 'leave' ? 'left' : options.state;
    if (state !== undefined && !STATES.includes(state)) {
      throw new UsageError(`--state: "${state}" is no state of a node; possible: ${STATES.join(', ')}`);
    }
    await whenInitialized(context);
    const all = await context.agent.ask('GET /agent/members', {});
    const members = Object.values(all)
      .filter((member) => options.zone === undefined || member.zone === options.zone)
      .filter((member) => state === undefined || member.state === state)
      .filter((member) => options.group === undefined || member.groups.includes(options.group))
      .sort((a, b) => order(a.zone, b.zone) || order(a.name, b.name));
    const { terminal } = context;
    terminal.show(Object.fromEntries(members.map((member) => [member.uuid, member])), () => {
      print(members, options.detail ? detailOf : plainOf, terminal);
    });
  },
});

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function print(members: readonly Member[], lineOf: (member: Member, terminal: Terminal) => string, terminal: Terminal) {
  for (const zone of new Set(members.map((member) => member.zone))) {
    terminal.title(`Zone: ${escaped(zone)}`);
    for (const member of members) if (member.zone === zone) terminal.line(lineOf(member, terminal));
  }
  if (members.length === 0) terminal.note('no members');
}

function plainOf(member: Member, terminal: Terminal): string {
  const isPlain = member.display_name === '' || member.display_name === member.name;
  const name = isPlain ? member.name : `[ ${member.display_name} ]`;
  const parts = [
    `  - ${escaped(member.zone)} > ${terminal.paint(escaped(name), 'magenta')}`,
    terminal.state(member.state),
    escaped(member.addr.includes(':') ? `[${member.addr}]:${member.port}` : `${member.addr}:${member.port}`),
    ...(member.is_proxy ? ['proxy'] : []),
    escaped(member.groups.join(',')),
  ];
  return parts.join('  ').trimEnd();
}

function detailOf(member: Member, terminal: Terminal): string {
  const tags = Object.entries(member.tags).map(([name, value]) => `${name}=${value}`);
  const rtt = member.rtt_ms === null ? '-' : `${member.rtt_ms.toFixed(1)} ms`;
  const parts = [
    ` ${escaped(member.uuid)}${plainOf(member, terminal)}`,
    `incarnation=${member.incarnation}`,
    `version=${escaped(member.version)}`,
    `rtt=${rtt}`,
    `for ${shortAge(systemClock.wall() - member.since)}`,
    member.kind,
    escaped(tags.join(' ')),
  ];
  return parts.join('  ').trimEnd();
}
