/** Asks the whole pool why one of its members is as it is, and answers when others ask. */
import { z } from 'zod';
import { messageOf, OpsbroError } from '../base/errors.ts';
import { inquiryOf } from '../gossip/inquiry.ts';
import type { Member } from '../model/member.ts';
import { EVIDENCE_KINDS, type Inquiry, type Testimony } from '../model/pool.ts';
import type { PeerClient } from '../peer/client.ts';
import type { PeerCall, PeerRoute } from '../peer/route.ts';
import type { Pool } from './pool.ts';

const PART = 'gossip';
const PATH = '/testimony';
/** One that does not answer in time is named as silent. */
const TIMEOUT_MS = 2_000;
/** Everybody together. */
const PATIENCE_MS = 8_000;
/** So many are asked at the same time. */
const AT_ONCE = 32;
const MAX_ANSWER = 512 * 1024;
const MAX_TEXT = 1_024;
const MAX_ACCUSERS = 256;
const MAX_ACCUSED = 256;

const Name = z.string().min(1).max(128);
const Names = z.array(Name).max(MAX_ACCUSED);

/** What others tell is not trusted to be of that form. */
const TestimonyJson = z.object({
  evidence: z
    .array(
      z.object({
        at: z.number(),
        kind: z.enum(EVIDENCE_KINDS),
        by: z.string().max(128),
        incarnation: z.int(),
        detail: z.record(z.string().max(64), z.union([z.string().max(MAX_TEXT), z.number()])),
      }),
    )
    .max(64),
  accusations: z.array(z.tuple([Name, Names])).max(MAX_ACCUSERS),
});

/** What a peer of the own zone is told that asks of the member named by `node`. */
export const testimonyRoute = (pool: Pick<Pool, 'self' | 'testimony'>): PeerRoute => ({
  part: PART,
  method: 'GET',
  path: PATH,
  maxBody: 0,
  handle: ({ peer, query }: PeerCall) => {
    // A zone below may not know who is in this one.
    if (peer.zone !== pool.self.zone) throw new OpsbroError('forbidden', 'only nodes of the same zone may ask');
    const name = query.get('node') ?? '';
    if (name === '') throw new OpsbroError('bad_request', 'say of which member: ?node=NAME');
    return testimonyJson(pool.testimony(name));
  },
});

/** What is needed to ask a whole pool. */
interface Asking {
  readonly pool: Pick<Pool, 'members' | 'self' | 'testimony' | 'why'>;
  readonly client: Pick<PeerClient, 'ask'>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Asks every living opsbro node of the own zone what it knows of a member, a few seconds at most; who does not answer is named with the
 * reason. Throws `not_found` when nothing is known of it here.
 */
export async function inquire(name: string, { pool, client, now }: Asking): Promise<Inquiry> {
  const own = pool.why(name);
  const { self } = pool;
  const testimonies = new Map<string, Testimony>([[self.name, pool.testimony(name)]]);
  const silent = new Map<string, string>();
  const end = now() + PATIENCE_MS;
  const waiting = [...pool.members.values()].filter((member) => isWitness(member, self));
  const askOne = async () => {
    for (let member = waiting.pop(); member; member = waiting.pop()) {
      const timeoutMs = Math.min(TIMEOUT_MS, Math.floor(end - now()));
      try {
        if (timeoutMs <= 0) throw new Error('there was no time left to ask it');
        testimonies.set(member.name, await ask(client, member, { name, timeoutMs }));
      } catch (error) {
        silent.set(member.name, messageOf(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, askOne));
  const states = new Map([...pool.members.values()].map((member) => [member.name, member.state]));
  const isHealthy = (each: string) => states.get(each) === 'alive';
  return inquiryOf({ own, selfName: self.name, testimonies, silent, isHealthy });
}

const isWitness = (member: Member, self: Member): boolean =>
  member.kind === 'opsbro' && member.state === 'alive' && member.zone === self.zone && member.id !== self.id;

async function ask(
  client: Asking['client'],
  { address, tags }: Member,
  { name, timeoutMs }: { readonly name: string; readonly timeoutMs: number },
): Promise<Testimony> {
  const port = Number.parseInt(tags.get('pp') ?? '', 10) || 0;
  if (port === 0) throw new Error('its door for peers is closed');
  const path = `/peer/v1/${PART}${PATH}?node=${encodeURIComponent(name)}`;
  const answer = await client.ask({ address, port }, { method: 'GET', path, timeoutMs, maxBody: MAX_ANSWER });
  const read = TestimonyJson.safeParse(answer.json());
  if (!read.success) throw new Error('it answered with something else');
  const evidence = read.data.evidence.map((each) => ({ ...each, detail: new Map(Object.entries(each.detail)) }));
  return { evidence, accusations: new Map(read.data.accusations) };
}

const testimonyJson = ({ evidence, accusations }: Testimony): z.input<typeof TestimonyJson> => ({
  evidence: evidence.map((each) => ({ ...each, detail: Object.fromEntries(each.detail) })),
  accusations: [...accusations]
    .slice(0, MAX_ACCUSERS)
    .map(([accuser, accused]) => [accuser, accused.slice(0, MAX_ACCUSED)]),
});
