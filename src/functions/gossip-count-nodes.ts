import { z } from 'zod';
import type { Member } from '../model/member.ts';
import { defineFunction } from '../plugins/function.ts';

export default defineFunction({
  name: 'gossip_count_nodes',
  description: 'How many known nodes are in a group and in a state.',
  group: 'gossip',
  reach: 'node',

  options: z.object({
    group: z.string().default('').describe('Counts only nodes in this group.'),
    state: z
      .string()
      .toLowerCase()
      .pipe(z.enum(['', 'alive', 'suspect', 'dead', 'left']))
      .default('')
      .describe('Counts only nodes in this state.'),
  }),

  configure:
    ({ group, state }) =>
    ({ node }) => {
      const counted = [...node.members.values()].filter(
        (member) => (group === '' || member.groups.includes(group)) && (state === '' || isSeenAs(member, state)),
      );
      return counted.length;
    },
});

/** Nobody knows how a node behind a broken link is, so it counts as none of the living. */
const isSeenAs = ({ settled, reachable }: Member, state: string): boolean =>
  settled === state && (reachable || state !== 'alive');
