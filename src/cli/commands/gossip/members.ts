import type { Api } from '../../../http/api.ts';
import { type Context, defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { UsageError } from '../../failure.ts';
import { whenInitialized } from '../../initialized.ts';
import { memberDetail, memberLine } from '../../member-text.ts';
import { allMembers, type Member, sorted } from '../../members.ts';
import { stateOption } from '../../node-states.ts';
import type { Terminal } from '../../terminal.ts';
import { changesWanted, type Frame, WATCH_OPTIONS, watch } from '../../watch.ts';

interface Choice {
  readonly fits: (member: Member) => boolean;
  readonly query: NonNullable<Api['GET /agent/members']['query']>;
  readonly lineOf: (member: Member, terminal: Terminal) => string;
}

export default defineCommand({
  options: {
    detail: { kind: 'flag', description: 'also id, incarnation, version, round trip, age, kind and tags' },
    zone: { kind: 'value', placeholder: 'Z', description: 'only nodes of this zone' },
    state: { kind: 'value', placeholder: 'S', description: 'only nodes in this state: alive, suspect, dead or left' },
    group: { kind: 'value', placeholder: 'G', description: 'only nodes in this group' },
    filter: { kind: 'value', placeholder: 'EXPR', description: "only nodes that fit: rtt_ms > 5 or 'db' in groups" },
    ...WATCH_OPTIONS,
  },
  examples: ['gossip members', 'gossip members --group linux --state alive'],
  route: 'GET /agent/members',
  async run({ options }, context) {
    const state = stateOption(options.state);
    const count = changesWanted(options);
    if (options.watch && options.filter !== undefined) {
      throw new UsageError('--filter cannot be watched; narrow with --zone, --state and --group');
    }
    const choice: Choice = {
      fits: (member) =>
        (options.zone === undefined || member.zone === options.zone) &&
        (state === undefined || member.state === state) &&
        (options.group === undefined || member.groups.includes(options.group)),
      query: options.filter === undefined ? {} : { filter: options.filter },
      lineOf: options.detail ? memberDetail : memberLine,
    };
    await whenInitialized(context);
    if (!options.watch) return await show(choice, context);
    const lineOf = ({ channel, payload }: Frame) => {
      if (channel !== 'gossip' || !('name' in payload)) return undefined;
      return choice.fits(payload) ? choice.lineOf(payload, context.terminal) : undefined;
    };
    await watch({ channel: 'gossip', lineOf, draw: () => show(choice, context) }, count, context);
  },
});

async function show({ fits, query, lineOf }: Choice, { agent, terminal }: Context): Promise<void> {
  const members = sorted((await allMembers(agent, query)).members.filter(fits));
  terminal.show(Object.fromEntries(members.map((member) => [member.uuid, member])), () => {
    for (const zone of new Set(members.map((member) => member.zone))) {
      terminal.title(`Zone: ${escaped(zone)}`);
      for (const member of members) if (member.zone === zone) terminal.line(lineOf(member, terminal));
    }
    if (members.length === 0) terminal.note('no members');
  });
}
