import type { Api } from '../../../http/api.ts';
import { defineCommand } from '../../command.ts';
import { type Standing, waitUntil } from '../../waiting.ts';

type State = Api['GET /monitoring/state']['answer'];
type Check = State['checks'][string];

export default defineCommand({
  arguments: '<NAME>',
  examples: ['monitoring wait-ok linux/load', 'monitoring wait-ok "System Load" --timeout 2m'],
  route: 'GET /monitoring/state',
  run: ({ args: [name = ''] }, context) =>
    waitUntil(
      {
        ask: (known, manner) => context.agent.askWhole('GET /monitoring/state', { query: known }, manner),
        judge: ({ checks }) => judged(name, checks),
        missed: `${name} is not ok`,
      },
      context,
    ),
});

/** All checks of that name have to be ok. */
function judged(name: string, checks: State['checks']): Standing<object> {
  const bare = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  const meant = Object.values(checks).filter((check) => isNamed(check, bare));
  if (meant.length === 0) {
    // It may come yet: with a group, or once the agent has looked around.
    const value = { name, state: 'pending', checks: [] };
    return { isReached: false, sentence: `no check is named "${name}"`, state: 'not known', value };
  }
  const bad = meant.find(({ state, hard }) => state !== 'ok' || !hard);
  const standing = bad ? `${bad.state}${bad.output === '' ? '' : `: ${bad.output}`}` : 'ok';
  return {
    isReached: bad === undefined,
    sentence: `${bad?.name ?? name} is ${standing}`,
    state: standing,
    value: { name, state: bad?.state ?? 'ok', checks: meant.map((check) => check.name) },
  };
}

const isNamed = ({ name, display_name }: Check, wanted: string): boolean =>
  name === wanted || display_name === wanted || name.slice(name.indexOf('/') + 1) === wanted;
