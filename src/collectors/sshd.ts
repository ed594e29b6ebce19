import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Metrics } from '../model/metrics.ts';
import { readIfThere } from '../plugins/files.ts';
import { defineCollector, type KeyDoc } from '../plugins/kinds.ts';
import { NotEligible } from '../plugins/outcomes.ts';

const KINDS = ['rsa', 'dsa', 'ecdsa', 'ed25519'];

const keysOf = (kind: string): KeyDoc[] => [
  {
    key: `host_${kind}_key_pub`,
    kind: 'info',
    unit: '',
    meaning: `Public ${kind} key of this host in base64, without the word for its type and the comment.`,
  },
  {
    key: `fingerprint_${kind}`,
    kind: 'info',
    unit: '',
    meaning: `Fingerprint of the ${kind} key, as \`ssh-keygen -l\` prints it.`,
  },
];

export default defineCollector({
  name: 'sshd',
  description: 'The public keys by which this host is known to who comes by SSH.',
  intervalMs: 3_600_000,
  options: z.object({}),
  keys: KINDS.flatMap(keysOf),

  configure: () => async (host, signal) => {
    signal.throwIfAborted();
    const texts = KINDS.map(
      async (kind) => [kind, await readIfThere(host, `/etc/ssh/ssh_host_${kind}_key.pub`)] as const,
    );
    const trees = (await Promise.all(texts)).map(([kind, line = '']) => keyOf(kind, line));
    const tree = Object.assign({}, ...trees) as Metrics;
    if (Object.keys(tree).length === 0) throw new NotEligible('this system has no host key in /etc/ssh');
    return tree;
  },
});

/** A key and its fingerprint, from a line such as `ssh-ed25519 AAAA... root@box`; nothing of a line that is none. */
export function keyOf(kind: string, line: string): Metrics {
  const [type = '', key = ''] = line.split(/\s+/);
  // Every key begins with the length and the text of its type.
  const bytes = Buffer.from(key, 'base64');
  if (type === '' || !bytes.includes(type)) return {};
  const digest = createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '');
  return { [`host_${kind}_key_pub`]: key, [`fingerprint_${kind}`]: `SHA256:${digest}` };
}
