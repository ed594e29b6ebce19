import type { ShownState } from '../model/check.ts';
import type { NodeState } from '../model/member.ts';
import type { World } from './world.ts';

const CODES = { red: 31, green: 32, yellow: 33, blue: 34, magenta: 35, cyan: 36, grey: 90 } as const;

export type Colour = keyof typeof CODES;

/** When to colour: `auto` on terminals that want it. */
export type ColourChoice = 'auto' | 'always' | 'never';

/** Text for a terminal, and how long it looks. */
export interface Painted {
  readonly text: string;
  readonly colour: Colour | undefined;
}

/** Whether output is coloured. */
export function wantsColour(choice: ColourChoice, { env, out }: Pick<World, 'env' | 'out'>): boolean {
  if (choice !== 'auto') return choice === 'always';
  return out.isTTY && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** The text with its colour around it. */
export const inColour = ({ text, colour }: Painted): string =>
  colour === undefined ? text : `\u001b[${CODES[colour]}m${text}\u001b[39m`;

/** Whether the terminal shows more than ASCII. */
export function isUnicode(env: World['env']): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return /utf-?8/i.test(locale);
}

const COLOUR_OF: Readonly<Record<ShownState | NodeState, Colour>> = {
  ok: 'green',
  alive: 'green',
  warning: 'yellow',
  suspect: 'yellow',
  critical: 'red',
  dead: 'red',
  left: 'cyan',
  unknown: 'grey',
  pending: 'grey',
};

/** The colour of a state of a node or check. */
export const colourOf = (state: ShownState | NodeState): Colour => COLOUR_OF[state];

/** The sign of a state; the state stands beside it as a word. */
export function signOf(state: ShownState | NodeState, unicode: boolean): string {
  switch (state) {
    case 'ok':
    case 'alive':
      return unicode ? '√' : '+';
    case 'critical':
    case 'dead':
      return unicode ? 'Х' : 'x';
    case 'pending':
    case 'left':
      return '-';
    case 'warning':
    case 'suspect':
    case 'unknown':
      return unicode ? '‼' : '!';
  }
}
