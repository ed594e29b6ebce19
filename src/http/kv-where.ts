/** Where keys are, for people. */
import { OpsbroError } from '../base/errors.ts';
import { checkKey } from '../kv/key-rules.ts';
import type { ApiParts } from './parts.ts';
import type { KvWhereJson } from './schemas/kv-ring.ts';

type Parts = Pick<ApiParts, 'kv' | 'membership'>;

/** Which nodes keep a key, the responsible one first. Throws `not_supported` when the store shares no keys. */
export async function whereIs(key: string, { kv, membership }: Parts): Promise<KvWhereJson> {
  checkKey(key);
  if (kv.where === undefined) throw sharesNone();
  const { position, replicas } = await kv.where(key);
  return {
    key,
    position,
    replicas: replicas.map(({ node, trust, version }) => ({
      ...memberOf(node, membership),
      ready: trust === 'whole',
      version,
    })),
  };
}

/** A node as people know it. */
export function memberOf(node: string, { members }: Parts['membership']) {
  const { name = '', state = 'unknown' } = members.get(node) ?? {};
  return { node, name, state };
}

/** The refusal of what takes other nodes. */
export const sharesNone = (): OpsbroError =>
  new OpsbroError('not_supported', 'the store of this node shares no keys with others: they are where it keeps them');
