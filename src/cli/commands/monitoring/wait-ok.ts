import { OpsbroError } from '../../../base/errors.ts';
import { didYouMean } from '../../../base/nearest.ts';
import type { Api } from '../../../http/api.ts';
import { type Context, defineCommand } from '../../command.ts';
import { whenInitialized } from '../../initialized.ts';
import { type Standing, waitUntil } from '../../waiting.ts';

type State = Api['GET /monitoring/state']['answer'];
type Check = State['checks'][string];

export default defineCommand({
  arguments: '<NAME>',
  options: { appear: { kind: 'flag', description: 'wait also for a name that no check has yet' } },
  examples: ['monitoring wait-ok linux/load', 'monitoring wait-ok "System Load" --timeout 2m'],
  route: 'GET /monitoring/state',
  async run({ args: [name = ''], options }, context) {
    let isSought = !options.appear;
    return await waitUntil(
      {
        async ask(known, manner) {
          const answer = await context.agent.askWhole('GET /monitoring/state', { query: known }, manner);
          // What was there once may be gone for a while, as when the agent starts again.
          if (isSought && meantBy(name, answer.body.checks).length === 0) await refuseUnknown(name, context);
          isSought = false;
          return answer;
        },
        judge: ({ checks }) => judged(name, checks),
        missed: `${name} is not ok`,
      },
      context,
    );
  },
});

/** Throws `not_found` for what is unknown also after the agent has looked around. */
async function refuseUnknown(name: string, context: Context): Promise<void> {
  await whenInitialized(context);
  const { checks } = await context.agent.ask('GET /monitoring/state', {});
  if (meantBy(name, checks).length > 0) return;
  const hint = didYouMean(name, Object.keys(checks));
  throw new OpsbroError('not_found', `no check is named "${name}"${hint} (--appear waits for it)`);
}

function meantBy(name: string, checks: State['checks']): Check[] {
  const bare = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  return Object.values(checks).filter((check) => isNamed(check, bare));
}

/** All checks of that name have to be ok. */
function judged(name: string, checks: State['checks']): Standing<object> {
  const meant = meantBy(name, checks);
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
