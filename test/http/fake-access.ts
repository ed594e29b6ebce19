import { Gate } from '../../src/access/gate.ts';
import { TokenBook } from '../../src/access/token-book.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { AccessPart } from '../../src/http/parts.ts';
import { SimulatedClock } from '../support/clock.ts';
import { memoryShelf } from '../support/shelf.ts';

/** Who reads from this machine needs nothing; who has a token of `tokens` may what that says. */
export function fakeAccess(clock: Clock = new SimulatedClock()): AccessPart & { readonly tokens: TokenBook } {
  const tokens = TokenBook.of({ clock, shelf: memoryShelf() });
  const history = { changes: async () => [] };
  return {
    anonymousRead: 'loopback',
    socketPath: '/run/opsbro.sock',
    tokens,
    gate: new Gate({ tokens, clock }),
    history,
  };
}
