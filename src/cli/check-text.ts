import { systemClock } from '../base/clock.ts';
import { shortAge } from '../base/duration.ts';
import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

type Check = Api['POST /monitoring/checks/:id*/run']['answer'];

/** The lines of a check: pack and name, state and since when, whether the state is confirmed, then what it said. */
export function checkLines(check: Check, terminal: Terminal): string[] {
  const { name, display_name, pack_name, state, hard, last_change, attempt, max_attempts } = check;
  const short = name.slice(name.indexOf('/') + 1);
  const shownName = ['', name, short].includes(display_name) ? short : `[${display_name}]`;
  const age = last_change === null ? '' : `  for ${shortAge(systemClock.wall() - last_change)}`;
  const unconfirmed = hard || attempt === undefined ? '' : `  (soft ${attempt}/${max_attempts})`;
  const marks = marksOf(check).map((mark) => `  (${escaped(mark)})`);
  const head = `  - ${escaped(pack_name)} > checks > ${terminal.paint(escaped(shownName), 'magenta')} `;
  return [
    `${head}${terminal.state(state, state.toUpperCase())}${age}${unconfirmed}${marks.join('')}`,
    ...outputLines(check),
  ];
}

/** What else is to be known of a check, besides its state. */
function marksOf({
  suppressed_by = [],
  flapping,
  flap_percent = 0,
  stale,
  expired,
  disabled,
  waiting,
  acked,
  silenced = [],
  maintenance = null,
}: Check): string[] {
  return [
    ...(disabled ? ['disabled'] : []),
    ...(acked ? ['acknowledged'] : []),
    ...(silenced.length > 0 ? ['silenced'] : []),
    ...(maintenance === null ? [] : ['maintenance']),
    ...(suppressed_by.length > 0 ? [`suppressed by ${suppressed_by.join(', ')}`] : []),
    ...(waiting ? ['waits for what it depends on'] : []),
    ...(flapping ? [`flapping ${Math.round(flap_percent)}%`] : []),
    ...(stale ? ['stale'] : []),
    ...(expired ? ['expired'] : []),
  ];
}

type Service = Api['GET /monitoring/state']['answer']['services'][string];

/** The lines of a service: name, state and since when, then why it is not well. */
export function serviceLines({ name, state, last_change, output = '' }: Service, terminal: Terminal): string[] {
  const isTimed = last_change !== null && last_change !== undefined;
  const age = isTimed ? `  for ${shortAge(systemClock.wall() - last_change)}` : '';
  const head = `  - service ${terminal.paint(escaped(name), 'magenta')} ${terminal.state(state, state.toUpperCase())}${age}`;
  return output === '' || state === 'ok' ? [head] : [head, `    | ${escaped(output)}`];
}

function outputLines({ output, long_output = '' }: Check): string[] {
  const text = [output, long_output].filter((part) => part !== '').join('\n');
  return text === '' ? [] : text.split('\n').map((line) => `    | ${escaped(line)}`);
}
