import type { Collector } from '../../collector-text.ts';
import { defineCommand } from '../../command.ts';
import { type Standing, waitUntil } from '../../waiting.ts';

export default defineCommand({
  arguments: '<NAME>',
  examples: ['collectors wait-ok redis', 'collectors wait-ok redis --timeout 2m'],
  route: 'GET /collectors/NAME',
  run: ({ args: [name = ''] }, context) =>
    waitUntil(
      {
        ask: (known, manner) =>
          context.agent.askWhole('GET /collectors/:name', { params: { name }, query: known }, manner),
        judge: judged,
        missed: `${name} is not ok`,
      },
      context,
    ),
});

/** Of a collector that asks a service, `up` says whether that answers. A run that is going does not change how the last one ended. */
function judged({ name, state, active, log, results }: Collector): Standing<object> {
  const isUp = results?.['up'] === undefined || results['up'] === 1;
  const shown = active && state === 'running' ? 'ok' : state;
  const why = log === '' ? '' : `: ${log}`;
  const standing = `${shown}${isUp ? '' : ', its service is not up'}${why}`;
  return {
    isReached: active && isUp,
    sentence: `${name} is ${standing}`,
    state: standing,
    value: { name, state: shown },
  };
}
