import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OpsbroError } from '../../src/base/errors.ts';
import { requestIn, requestInUrl } from '../../src/websocket/request.ts';

/** What a reader of untrusted text may do: give something, or say that it is none. */
const refusesOrAnswers = (read: () => unknown): void => {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(OpsbroError);
  }
};

test('whatever a client says is understood or refused', () => {
  const field = fc.constantFrom('ping', 'subscribe', 'unsubscribe', 'filter', 'prefix', 'since', 'boot', '__proto__');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.dictionary(field, fc.jsonValue()).map((said) => JSON.stringify(said)),
      ),
      (text) => refusesOrAnswers(() => requestIn(text)),
    ),
  );
});

test('whatever an address says is understood or refused', () => {
  fc.assert(
    fc.property(fc.constantFrom('subscribe', 'since', 'boot', 'filter', 'prefix', 'x'), fc.string(), (name, text) =>
      refusesOrAnswers(() => requestInUrl(`/ws?${name}=${text}`)),
    ),
  );
});

test('a message that is deep or long is refused, not followed', () => {
  for (const text of ['['.repeat(60_000), `{"subscribe":${'['.repeat(10_000)}${']'.repeat(10_000)}}`]) {
    expect(() => requestIn(text)).toThrow('send {"ping":X}');
  }
  expect(() => requestIn(JSON.stringify({ prefix: 'x'.repeat(1_025) }))).toThrow(OpsbroError);
  expect(() => requestIn(JSON.stringify({ filter: 'x'.repeat(4_097) }))).toThrow(OpsbroError);
  expect(() => requestIn(JSON.stringify({ subscribe: Array(101).fill('kv') }))).toThrow(OpsbroError);
});

test('an address says the same as a message', () => {
  const said = {
    subscribe: ['kv', 'repairs'],
    unsubscribe: ['events'],
    prefix: 'a/',
    filter: '',
    since: 17,
    boot: 'b',
  };
  const query = 'subscribe=kv,repairs&unsubscribe=events&prefix=a/&filter=&since=17&boot=b';
  expect(requestInUrl(`/ws?${query}`)).toEqual(requestIn(JSON.stringify(said)).request);
  expect(requestInUrl('/ws')).toBeUndefined();
  expect(requestInUrl('/ws?token=x')).toBeUndefined();
});
