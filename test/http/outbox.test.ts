import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { Heads } from '../../src/http/heads.ts';
import { Outbox } from '../../src/http/outbox.ts';
import { PlainResponse } from '../../src/http/plain-response.ts';

test('what is put there in one turn is sent at its end, in that order, with its length if it has one', async () => {
  const sent: unknown[] = [];
  const outgoing = {
    writeHead: (status: number, heads: string[]) => sent.push([status, ...heads]),
    end: (bytes: unknown) => sent.push(bytes),
  } as unknown as ServerResponse;
  const outbox = new Outbox();
  const one = Buffer.from('one');
  outbox.put(new PlainResponse(one, 200, new Heads(['etag', '"1"'])), outgoing);
  await Promise.resolve();
  outbox.put(new PlainResponse(null, 304, new Heads()), outgoing);
  expect(sent).toEqual([]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(sent).toEqual([[200, 'etag', '"1"', 'content-length', '3'], one, [304], null]);
});
