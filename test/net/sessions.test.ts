import { expect, test } from 'vitest';
import { Sessions } from '../../src/net/sessions.ts';
import type { Incoming } from '../../src/net/tcp.ts';
import { SimulatedClock } from '../support/clock.ts';

/** Sessions of a door that may be full, and one connection of which the test sees what is done with it. */
function open() {
  const clock = new SimulatedClock();
  const door = { isFull: false };
  const done: string[] = [];
  let send: (bytes: Uint8Array) => void = () => {};
  const note = (what: string) => () => void done.push(what);
  const connection: Incoming = {
    ...{ remote: { address: '127.0.0.1', port: 1 }, unsent: 0, write: () => {}, onEnd: () => {} },
    ...{ pause: note('pause'), resume: note('resume'), finish: note('finish'), close: note('close') },
    onData: (listen) => {
      send = listen;
    },
  };
  const sessions = new Sessions({ clock, idleMs: 60_000, most: 10, isFull: () => door.isFull });
  sessions.admit(connection, { take: () => {}, end: () => {} });
  return { clock, door, done, sessions, send: () => send(Buffer.from('x')) };
}

test('who sends while there is no room waits until there is, however long that takes', () => {
  const { clock, door, done, sessions, send } = open();
  send();
  expect(done).toEqual([]);
  door.isFull = true;
  send();
  clock.run(300_000);
  expect(done).toEqual(['pause']);
  door.isFull = false;
  clock.run(100);
  expect(done).toEqual(['pause', 'resume']);
  sessions[Symbol.dispose]();
});

test('who sends nothing for long is closed', () => {
  const { clock, done, sessions, send } = open();
  send();
  clock.run(59_000);
  expect(done).toEqual([]);
  clock.run(7_000);
  expect(done).toContain('close');
  sessions[Symbol.dispose]();
});
