import { messageOf } from '../base/errors.ts';
import type { Member, Membership } from '../model/member.ts';
import type { Endpoint } from '../net/address.ts';

/** So many are asked at the same time. */
const AT_ONCE = 32;

/** What became of asking all other nodes of a zone, by their names. */
export interface ZoneAnswers<Answer> {
  readonly answers: ReadonlyMap<string, Answer>;
  /** Why the others did not answer. */
  readonly silent: ReadonlyMap<string, string>;
}

/** The other living opsbro nodes of the own zone. */
export const zonePeers = ({ members, self }: Membership): Member[] =>
  [...members.values()].filter(
    ({ id, kind, state, zone }) => kind === 'opsbro' && state === 'alive' && zone === self.zone && id !== self.id,
  );

/** Where a member listens for peers. Throws when it does not. */
export function peerEndpoint({ address, tags }: Member): Endpoint {
  const port = Number.parseInt(tags.get('pp') ?? '', 10) || 0;
  if (port === 0) throw new Error('its door for peers is closed');
  return { address, port };
}

/** Asks all other living nodes of the own zone at once; fails for none of them. */
export async function askZone<Answer>(
  membership: Membership,
  ask: (to: Endpoint, member: Member) => Promise<Answer>,
): Promise<ZoneAnswers<Answer>> {
  const answers = new Map<string, Answer>();
  const silent = new Map<string, string>();
  const waiting = zonePeers(membership);
  const askOne = async () => {
    for (let member = waiting.pop(); member; member = waiting.pop()) {
      try {
        answers.set(member.name, await ask(peerEndpoint(member), member));
      } catch (error) {
        silent.set(member.name, messageOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOne));
  return { answers, silent };
}
