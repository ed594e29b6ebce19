import { describe, expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import type { Gossip } from '../../src/gossip/gossip.ts';
import { type KeyringHolder, NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { gossipKey, type Keyring } from '../../src/gossip/wire/keyring.ts';
import { bindUdp } from '../../src/net/udp.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { LossyProxy } from '../support/proxy.ts';

const QUICK = { probeInterval: 200, probeTimeout: 100, pushPullInterval: 1_000 };

/** A keyring that a test may change. */
class Keys implements KeyringHolder {
  readonly state = 'keyed';
  readonly problem = '';
  keyring: Keyring;
  readonly apply = NO_KEYS.apply;
  constructor(...bytes: readonly [number, ...number[]]) {
    this.keyring = Keys.ring(...bytes);
  }
  static ring(...bytes: readonly [number, ...number[]]): Keyring {
    const [first, ...others] = bytes.map((byte) => {
      const key = gossipKey(new Uint8Array(32).fill(byte));
      if (!key) throw new Error('32 bytes are a key');
      return key;
    });
    if (!first) throw new Error('at least one');
    return [first, ...others];
  }
}

/** What a member shows of everybody, its incarnations apart: a replay may make somebody object. */
const seenBy = ({ members }: Gossip) =>
  [...members.values()]
    .map(({ name, state, address, port, groups, checks }) =>
      [name, state, address, port, groups.join(), [...checks.keys()].join()].join(' '),
    )
    .sort();

/** A living pool of a, b and c, of which everything sent to `a` by datagram was recorded; c has left since. */
async function recorded(closing: Disposal, keys: Keys) {
  const proxy = closing.use(await LossyProxy.open(1));
  const a = closing.use(await startMember('a', { keys, overrides: QUICK, advertisePort: proxy.port }));
  proxy.leadTo(a.port);
  const start = async (name: string) => closing.use(await startMember(name, { keys, overrides: QUICK }));
  const [b, c] = [await start('b'), await start('c')];
  proxy.isRecording = true;
  for (const each of [b, c]) await each.join([`127.0.0.1:${a.port}`]);
  await eventually(() => [a, b, c].every(({ members }) => members.size === 3), 10_000);
  b.setGroups(['web']);
  c.setCheck('core/load', { state: 'critical', hard: true, changed: 1, output: 'too much' });
  const heard = () => a.events().some(({ name }) => name === 'deploy');
  b.addEvent('deploy');
  await eventually(() => heard() && proxy.recorded.length > 40, 15_000);
  await c.leave();
  await eventually(() => [a, b].every((each) => each.members.get('id-c')?.state === 'left'), 10_000);
  proxy.isRecording = false;
  b.setGroups(['db']);
  await eventually(() => a.members.get('id-b')?.groups.join() === 'db', 10_000);
  return { a, b, recording: [...proxy.recorded] };
}

async function replay(closing: Disposal, recording: readonly Uint8Array[], to: Gossip): Promise<void> {
  const socket = closing.use(await bindUdp({ address: '127.0.0.1', port: 0 }));
  const before = to.counters.get('packets_in') ?? 0;
  for (const bytes of recording) socket.send(bytes, { address: '127.0.0.1', port: to.port }, () => {});
  await eventually(() => (to.counters.get('packets_in') ?? 0) >= before + recording.length, 10_000);
}

const total = (member: Gossip, ...names: readonly string[]) =>
  names.reduce((sum, name) => sum + (member.counters.get(name) ?? 0), 0);

describe('a recording of a living pool with a key, played back', () => {
  test('changes nothing there, nobody who left comes back, and no event is told twice', async () => {
    await using closing = new Disposal();
    const { a, b, recording } = await recorded(closing, new Keys(1));
    const before = [seenBy(a), seenBy(b), a.events().length];
    const repeated = total(a, 'own_repeated', 'dropped_replay');
    await replay(closing, recording, a);
    const probes = total(a, 'probes_ok');
    await eventually(() => total(a, 'probes_ok') >= probes + 3, 10_000);
    expect([seenBy(a), seenBy(b), a.events().length]).toEqual(before);
    expect(total(a, 'own_repeated', 'dropped_replay')).toBeGreaterThan(repeated);
  });

  test('changes nothing in a pool of another key, and after that key was removed; all of it is counted', async () => {
    await using closing = new Disposal();
    const keys = new Keys(1);
    const { a, b, recording } = await recorded(closing, keys);
    const stranger = closing.use(await startMember('stranger', { keys: new Keys(3), overrides: QUICK }));
    await replay(closing, recording, stranger);
    expect(seenBy(stranger)).toHaveLength(1);
    keys.keyring = Keys.ring(2);
    const before = [seenBy(a), seenBy(b)];
    await replay(closing, recording, a);
    expect([seenBy(a), seenBy(b)]).toEqual(before);
    for (const each of [stranger, a])
      expect(total(each, 'dropped_decrypt', 'dropped_undecryptable')).toBeGreaterThanOrEqual(recording.length);
  });

  test('brings nobody into a member that was started anew', async () => {
    await using closing = new Disposal();
    const { recording } = await recorded(closing, new Keys(1));
    const anew = closing.use(await startMember('a', { keys: new Keys(1), overrides: QUICK, incarnation: 1_000 }));
    await replay(closing, recording, anew);
    expect(anew.members.get('id-c')?.state ?? 'left').toBe('left');
    expect(anew.self.incarnation).toBeGreaterThanOrEqual(1_000);
    expect(anew.counters.get('internal_error') ?? 0).toBe(0);
  });
});
