import { expect, test } from 'vitest';
import { Disposal } from '../../src/base/disposal.ts';
import { type KeyringHolder, NO_KEYS } from '../../src/gossip/keyring-holder.ts';
import { gossipKey } from '../../src/gossip/wire/keyring.ts';
import { eventually, startMember } from '../support/gossip.ts';
import { LossyProxy } from '../support/proxy.ts';

const KEY = gossipKey(new Uint8Array(32).fill(9));
const KEYED: KeyringHolder = { ...NO_KEYS, state: 'keyed', keyring: KEY && [KEY] };
/** Name, tag, group and event of members, all of which travel. */
const WORDS = ['northern-light', 'colour-of-it', 'group-of-it', 'told-of-it'];

/** Which of the words somebody reads who sees all that two members send each other. */
async function overheard(keys: KeyringHolder): Promise<string[]> {
  await using closing = new Disposal();
  const proxies = [closing.use(await LossyProxy.open(1)), closing.use(await LossyProxy.open(2))] as const;
  const [before, behind] = proxies;
  for (const proxy of proxies) proxy.isRecording = true;
  // Not compressed: that would hide words as well.
  const plain = { keys, compress: false };
  const tags = new Map([['colour', 'colour-of-it']]);
  const a = closing.use(await startMember('northern-light', { ...plain, tags, advertisePort: before.port }));
  const b = closing.use(await startMember('b', { ...plain, advertisePort: behind.port }));
  before.leadTo(a.port);
  behind.leadTo(b.port);
  a.setGroups(['group-of-it']);
  await b.join([`127.0.0.1:${before.port}`]);
  a.addEvent('told-of-it');
  const seen = () => [...b.members.values()].find(({ name }) => name === 'northern-light');
  await eventually(() => b.events().length > 0 && seen()?.groups.includes('group-of-it') === true, 10_000);
  const bytes = Buffer.concat(proxies.flatMap(({ recorded, streamed }) => [...recorded, ...streamed]));
  return WORDS.filter((word) => bytes.includes(word));
}

test('of a pool with a key nothing can be read on the wire, of one without it everything', async () => {
  expect(await overheard(KEYED)).toEqual([]);
  expect(await overheard(NO_KEYS)).toEqual(WORDS);
});
