import { defineCommand } from '../../command.ts';
import type { Member } from '../../members.ts';
import { type Standing, waitUntil } from '../../waiting.ts';

export default defineCommand({
  arguments: '<GROUP>',
  options: { gone: { kind: 'flag', description: 'wait until the node is not in it any more' } },
  examples: ['detectors wait-group redis', 'detectors wait-group redis --gone --timeout 1m'],
  route: 'GET /agent/members/self',
  run: ({ args: [group = ''], options: { gone } }, context) =>
    waitUntil(
      {
        ask: (known, manner) =>
          context.agent.askWhole('GET /agent/members/:ref', { params: { ref: 'self' }, query: known }, manner),
        judge: (self) => judged(self, group, gone),
        missed: `${group} is ${gone ? 'still' : 'not'} a group of this node`,
      },
      context,
    ),
});

function judged({ groups }: Member, group: string, isGoneWanted: boolean): Standing<readonly string[]> {
  const isIn = groups.includes(group);
  return {
    isReached: isIn !== isGoneWanted,
    sentence: `${group} is ${isIn ? 'a' : 'no'} group of this node`,
    state: isIn ? 'present' : 'absent',
    value: groups,
  };
}
