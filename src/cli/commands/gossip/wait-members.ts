import { didYouMean } from '../../../base/nearest.ts';
import { defineCommand } from '../../command.ts';
import { countIn } from '../../count.ts';
import { UsageError } from '../../failure.ts';
import { allMembers, type Member } from '../../members.ts';
import { stateOption } from '../../node-states.ts';
import { type Standing, waitUntil } from '../../waiting.ts';

const NODES = { least: 0, most: 1_000_000 };

interface Wanted {
  readonly name: string | undefined;
  readonly displayName: string | undefined;
  readonly group: string | undefined;
  readonly zone: string | undefined;
  readonly state: string;
  readonly count: number;
  /** A name that nobody has is waited for. */
  readonly appear: boolean;
}

export default defineCommand({
  options: {
    name: { kind: 'value', placeholder: 'N', description: 'the node of this name' },
    'display-name': { kind: 'value', placeholder: 'D', description: 'the node of this display name' },
    group: { kind: 'value', placeholder: 'G', description: 'nodes of this group' },
    zone: { kind: 'value', placeholder: 'Z', description: 'nodes of this zone' },
    count: { kind: 'value', placeholder: 'C', description: 'at least so many; 1 when left out' },
    state: {
      kind: 'value',
      placeholder: 'S',
      description: 'until they are alive (when left out), suspect, dead or left',
    },
    appear: { kind: 'flag', description: 'wait also for a name that nobody has yet' },
  },
  examples: [
    'gossip wait-members --group linux --count 2',
    'gossip wait-members --name web1 --state left --timeout 1m',
  ],
  route: 'GET /agent/members',
  async run({ options }, context) {
    const wanted: Wanted = {
      name: options.name,
      displayName: options['display-name'],
      group: options.group,
      zone: options.zone,
      state: stateOption(options.state) ?? 'alive',
      count: countIn('--count', options.count ?? '1', NODES),
      appear: options.appear,
    };
    return await waitUntil(
      {
        async ask(known, manner) {
          const { members, headers } = await allMembers(context.agent, known, manner);
          return { body: members, headers };
        },
        judge: (members) => judged(members, wanted),
        missed: `${subjectOf(wanted)} ${wanted.count > 1 ? 'are' : 'is'} not ${wanted.state}`,
      },
      context,
    );
  },
});

function judged(members: readonly Member[], wanted: Wanted): Standing<readonly Member[]> {
  const { name, displayName, group, zone, state, count } = wanted;
  const meant = members
    .filter((member) => name === undefined || member.name === name)
    .filter((member) => displayName === undefined || member.display_name === displayName)
    .filter((member) => group === undefined || member.groups.includes(group))
    .filter((member) => zone === undefined || member.zone === zone);
  if (!wanted.appear) checkKnown(members, wanted);
  const fitting = meant.filter((member) => member.state === state);
  const isOne = name !== undefined || displayName !== undefined;
  const now = isOne ? (meant[0]?.state ?? 'unknown') : `${fitting.length} ${state}`;
  return {
    isReached: fitting.length >= count,
    sentence: isOne ? `${subjectOf(wanted)} is ${now}` : `${fitting.length} of ${subjectOf(wanted)} are ${state}`,
    state: now,
    value: fitting,
  };
}

function checkKnown(members: readonly Member[], { name, displayName }: Wanted): void {
  if (name !== undefined && !members.some((member) => member.name === name)) {
    throw unknown(
      name,
      members.map((member) => member.name),
    );
  }
  if (displayName !== undefined && !members.some((member) => member.display_name === displayName)) {
    throw unknown(
      displayName,
      members.map((member) => member.display_name),
    );
  }
}

const unknown = (name: string, known: readonly string[]): UsageError =>
  new UsageError(`no node is named "${name}"${didYouMean(name, known)} (--appear waits for it)`);

function subjectOf({ name, displayName, group, zone, count }: Wanted): string {
  const one = name ?? displayName;
  if (one !== undefined) return one;
  const which = [...(group === undefined ? [] : [`group ${group}`]), ...(zone === undefined ? [] : [`zone ${zone}`])];
  return `${count} ${count === 1 ? 'node' : 'nodes'}${which.length === 0 ? '' : ` of ${which.join(' in ')}`}`;
}
