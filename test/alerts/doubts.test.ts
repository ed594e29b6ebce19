import { expect, test } from 'vitest';
import { alertingDoubts } from '../../src/alerts/doubts.ts';
import { settingsOf } from '../support/alerting.ts';

const doubts = (routes: readonly object[], checks: readonly (readonly [string, ...string[]])[] = []) =>
  alertingDoubts({
    settings: settingsOf({ routes }),
    handlers: ['mail', 'slack', 'old'],
    off: new Set(['old']),
    checks: checks.map(([id, ...handlers]) => ({ id, handlers })),
  }).map(({ message }) => message);

test.each([
  [[], []],
  [[{ match: { pack: 'x' }, handlers: ['mail'] }], []],
  [
    [{ handlers: ['mial', 'slack'] }],
    ['handler "mial" is not known; did you mean "mail"?', 'no route leads to handler "mail"'],
  ],
  [[{ handlers: ['mail'] }], ['no route leads to handler "slack"']],
  [
    [
      {
        escalate: [
          { after: '0s', handlers: ['mail'] },
          { after: '1h', handlers: ['slack'] },
        ],
      },
    ],
    [],
  ],
  [
    [{ handlers: ['mail', 'slack'] }, { match: { pack: 'x' }, handlers: ['mail'] }],
    ['route 2 is never asked: route 1 takes all'],
  ],
  [[{ handlers: ['mail'], continue: true }, { handlers: ['slack'] }], []],
  [[{ group_wait: '5s' }], []],
])('of routes %j is said %j', (routes, said) => {
  expect(doubts(routes)).toEqual(said);
});

test('of checks is said which handlers are not known, and that nobody is told', () => {
  expect(doubts([], [['a/x', 'mail'], ['a/y', 'slak', 'mail'], ['a/z', 'old'], ['a/q']])).toEqual([
    'handler "slak" is not known; did you mean "slack"?',
    'nobody is told of this check',
  ]);
});

test.each([
  [{ gather: 'zone' }, [/^gather: zone has no effect/]],
  [{ gather: 'zone', group_by: [] }, []],
  [{ gather: 'zone', routes: [{ group_by: ['check'] }] }, []],
  [{ gather: 'node' }, []],
])('of the settings %j is said %j', (settings, said) => {
  const doubts = alertingDoubts({ settings: settingsOf(settings), handlers: [], off: new Set(), checks: [] });
  expect(doubts.map(({ message }) => message)).toEqual(said.map((text) => expect.stringMatching(text)));
});
