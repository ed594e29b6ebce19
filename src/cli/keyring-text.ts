import type { Api } from '../http/api.ts';
import { escaped } from './escape.ts';
import type { Terminal } from './terminal.ts';

/** Which keys the members have, and what they did. */
export type Keys = Api['GET /agent/keyring']['answer'];

const COLUMNS = [{ title: 'NODE' }, { title: 'PRIMARY' }, { title: 'KEYS' }, { title: 'MESSAGE' }] as const;

const CHANGES = [{ title: 'NODE' }, { title: 'MESSAGE' }] as const;

/** Shows what every member answered; gives the code to end with: 2 when one failed or was silent. */
export function showKeys(keys: Keys, terminal: Terminal): 0 | 2 {
  terminal.show(keys, () => {
    // What a member answers to a change names no keys.
    if (keys.nodes.every((node) => node.keys.length === 0)) {
      const outcomes = keys.nodes.map(({ name, ok, message }) => [escaped(name), outcomeOf(ok, message)]);
      terminal.table(CHANGES, [...outcomes, ...keys.silent.map((name) => [escaped(name), NO_ANSWER])], 'no members');
      return;
    }
    const answered = keys.nodes.map(({ name, ok, message, primary, keys: all }) => [
      escaped(name),
      escaped(primary === '' ? '-' : primary),
      escaped(all.length === 0 ? '-' : all.join(',')),
      ok ? escaped(message) : outcomeOf(ok, message),
    ]);
    const silent = keys.silent.map((name) => [escaped(name), '-', '-', NO_ANSWER]);
    terminal.table(COLUMNS, [...answered, ...silent], 'no members');
  });
  return failuresIn(keys).length === 0 ? 0 : 2;
}

const NO_ANSWER = { text: 'no answer', colour: 'red' } as const;

const outcomeOf = (ok: boolean, message: string) =>
  ok ? escaped(message || 'done') : ({ text: `failed: ${escaped(message)}`, colour: 'red' } as const);

/** What went wrong, a sentence for each member. */
export const failuresIn = ({ nodes, silent }: Keys): string[] => [
  ...nodes.filter(({ ok }) => !ok).map(({ name, message }) => `${name}: ${message}`),
  ...silent.map((name) => `${name}: no answer`),
];
