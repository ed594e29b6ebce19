import { type ServerResponse, validateHeaderValue } from 'node:http';
import { expect, test } from 'vitest';
import { turnEnd } from '../../src/base/turn.ts';
import { Heads } from '../../src/http/heads.ts';
import { Outbox } from '../../src/http/outbox.ts';
import { PlainResponse } from '../../src/http/plain-response.ts';

function wire() {
  const sent: unknown[] = [];
  const outgoing = {
    writeHead(status: number, heads: string[]) {
      validateHeaderValue('x', heads[1] ?? '');
      sent.push([status, ...heads]);
    },
    end: (bytes: unknown) => sent.push(bytes),
  } as unknown as ServerResponse;
  return { sent, outgoing };
}

test('what is put there in one turn is sent at its end, in that order, with its length if it has one', async () => {
  const { sent, outgoing } = wire();
  const outbox = new Outbox(() => {});
  const one = Buffer.from('one');
  outbox.put(new PlainResponse(one, 200, new Heads(['etag', '"1"'])), outgoing);
  await Promise.resolve();
  outbox.put(new PlainResponse(null, 304, new Heads()), outgoing);
  expect(sent).toEqual([]);
  await turnEnd();
  expect(sent).toEqual([[200, 'etag', '"1"', 'content-length', '3'], one, [304], null]);
});

test('a head that cannot be sent is no harm to the others', async () => {
  const { sent, outgoing } = wire();
  const faults: unknown[] = [];
  const outbox = new Outbox((_, fault) => faults.push(fault));
  outbox.put(new PlainResponse(null, 200, new Heads(['x', 'a\nb'])), outgoing);
  outbox.put(new PlainResponse(null, 204, new Heads()), outgoing);
  await turnEnd();
  expect(sent).toEqual([[204], null]);
  expect(faults).toEqual([expect.objectContaining({ code: 'ERR_INVALID_CHAR' })]);
});
