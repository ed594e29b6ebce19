import { describe, expect, test } from 'vitest';
import { answerOnKeys } from '../../../src/gossip/own-keys.ts';
import { encodeKeyAnswer } from '../../../src/gossip/serf/key-answers.ts';
import { gossipKey } from '../../../src/gossip/wire/keyring.ts';
import { decodeQueryPayload } from '../../../src/gossip/wire/query-payloads.ts';
import { MemoryKeyring, talkers } from './talkers.ts';

const OLD = new Uint8Array(32).fill(1);
const NEW = new Uint8Array(16).fill(2);
const base64 = (key: Uint8Array) => Buffer.from(key).toString('base64');
const print = (key: Uint8Array) => gossipKey(key)?.fingerprint ?? '';

describe('a node answers on its keys as Serf does', () => {
  test('with all of them in base64, the one that encrypts apart', async () => {
    expect(await answerOnKeys(new MemoryKeyring(OLD, NEW), 'list', new Uint8Array())).toEqual({
      keys: [base64(OLD), base64(NEW)],
      primaryKey: base64(OLD),
      message: '',
      result: true,
    });
  });

  test.each([
    ['use', NEW, 'requested key is not in the keyring'],
    ['remove', OLD, 'removing the primary key is not allowed'],
  ] as const)('and why it does not %s one', async (operation, key, message) => {
    const holder = new MemoryKeyring(OLD, new Uint8Array(24));
    expect(await answerOnKeys(holder, operation, key)).toMatchObject({ result: false, message });
  });

  test.each([
    ['install', 'No keyring to modify (encryption not enabled)'],
    ['list', 'Keyring is empty (encryption not enabled)'],
  ] as const)('and that it has none when asked to %s', async (operation, message) => {
    expect(await answerOnKeys(new MemoryKeyring(), operation, NEW)).toMatchObject({ result: false, message });
  });

  test('and why its zone is closed', async () => {
    const closed = {
      state: 'closed',
      keyring: undefined,
      problem: 'lan.gossip.key: no key',
      apply: async () => {},
    } as const;
    expect(await answerOnKeys(closed, 'list', NEW)).toMatchObject({ result: false, message: closed.problem });
  });

  test('leaving out keys that do not fit, and saying so', () => {
    const keys = Array.from({ length: 40 }, (_, place) => base64(new Uint8Array(32).fill(place)));
    const payload = encodeKeyAnswer({ keys, primaryKey: keys[0] ?? '', message: '', result: true });
    expect(payload.length).toBeLessThanOrEqual(1_024 - 200);
    const answer = decodeQueryPayload(payload);
    expect(answer).toMatchObject({ primaryKey: keys[0], result: true });
    const shown = answer.kind === 'keyResponse' ? answer.keys.length : 0;
    expect(shown).toBeGreaterThan(10);
    expect(answer).toMatchObject({ message: `truncated key list response, showing first ${shown} of 40 keys` });
  });
});

describe('the keys of a pool', () => {
  test('are changed everywhere, while a member that is dead is away', async () => {
    const { simulation, names, of } = talkers(5, [OLD]);
    simulation.kill('n4');
    await simulation.clock.runAsync(30_000);
    const living = names.slice(0, 4);
    const run = async (operation: 'install' | 'use' | 'remove' | 'list', key?: Uint8Array) => {
      const outcome = of('n0').keys.do(operation, key && base64(key));
      await simulation.clock.runAsync(30_000);
      return await outcome;
    };
    const installed = await run('install', NEW);
    expect(installed.answers.map(({ node, ok }) => [node, ok])).toEqual(living.map((node) => [node, true]));
    expect(installed.silent).toEqual([]);
    expect(of('n3').events).toEqual([{ type: 'key-change' }]);
    expect((await run('use', NEW)).answers).toHaveLength(4);
    expect((await run('list')).answers).toEqual(
      living.map((node) => ({ node, ok: true, message: '', keys: [print(NEW), print(OLD)], primary: print(NEW) })),
    );
    expect((await run('remove', OLD)).answers.every(({ ok }) => ok)).toBe(true);
    expect(living.map((name) => of(name).holder.fingerprints)).toEqual(living.map(() => [print(NEW)]));
    // The one that was away still has the old one, and no key was ever shown.
    expect(of('n4').holder.fingerprints).toEqual([print(OLD)]);
    expect(JSON.stringify([installed, ...living.map((name) => of(name).log)])).not.toContain(base64(NEW));
  });

  test('are changed everywhere although answers are lost: who stays silent is asked again', async () => {
    const { simulation, of } = talkers(10, [OLD]);
    simulation.loss = 0.2;
    const outcome = of('n0').keys.do('install', base64(NEW));
    await simulation.clock.runAsync(30_000);
    expect((await outcome).silent).toEqual([]);
  });

  test('are not encrypted with one that a member lacks; it is named', async () => {
    const { simulation, of } = talkers(3, [OLD]);
    for (const name of ['n0', 'n1']) await of(name).holder.apply('install', NEW);
    const outcome = of('n0').keys.do('use', base64(NEW));
    const refused = expect(outcome).rejects.toThrow(`n2 lacks the key ${print(NEW)}; install it first`);
    await simulation.clock.runAsync(10_000);
    await refused;
    expect(of('n1').holder.fingerprints[0]).toBe(print(OLD));
  });

  test('are not encrypted with one of which a silent member may not know', async () => {
    const { simulation, of, mute } = talkers(3, [OLD, NEW]);
    mute('n2');
    const refused = expect(of('n0').keys.do('use', base64(NEW))).rejects.toThrow(/n2 did not answer/);
    await simulation.clock.runAsync(12_000);
    await refused;
  });

  test('cannot be changed where there are none', async () => {
    await expect(talkers(1).of('n0').keys.do('list')).rejects.toMatchObject({ code: 'conflict' });
  });

  test.each([['!!!'], [''], [undefined], [base64(new Uint8Array(15))], ['a'.repeat(42)]])('are not %s', async (key) => {
    const { keys } = talkers(1, [OLD]).of('n0');
    await expect(keys.do('install', key)).rejects.toMatchObject({ code: 'bad_request' });
  });
});
