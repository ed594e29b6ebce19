import { createHash, randomBytes } from 'node:crypto';
import { OpsbroError } from '../../../../base/errors.ts';
import { type Context, defineCommand } from '../../../command.ts';
import { confirmed } from '../../../confirm.ts';
import { escaped } from '../../../escape.ts';
import { KEYRING_OPTIONS } from '../../../keyring-change.ts';
import { failuresIn, type Keys, showKeys } from '../../../keyring-text.ts';

const KEY_BYTES = 32;

export default defineCommand({
  options: {
    ...KEYRING_OPTIONS,
    to: { kind: 'value', placeholder: 'KEY', description: 'go on with a rotation to this key: its fingerprint' },
  },
  examples: ['gossip keyring rotate --yes', 'gossip keyring rotate --to 3f1c9a5e0b7d2468 --yes'],
  route: 'GET /agent/keyring, POST /agent/keyring',
  async run({ options }, context) {
    const { agent, terminal } = context;
    const keys = await agent.ask('GET /agent/keyring', {});
    const rotation = plan(keys, options.to);
    const old = rotation.old.length === 0 ? 'nothing' : rotation.old.join(', ');
    const what = `every node changes to the key ${rotation.fingerprint} and forgets ${old}`;
    if (options['dry-run']) {
      terminal.note(`nothing is done; with it, ${escaped(what)}`);
      return showKeys(keys, terminal);
    }
    if (!options.yes && !(await confirmed(what, context))) return 1;
    return showKeys(await rotate(rotation, keys, context), terminal);
  },
});

interface Rotation {
  /** The key to change to, in base64 or as fingerprint. */
  readonly key: string;
  readonly fingerprint: string;
  /** Fingerprints of the keys to forget. */
  readonly old: readonly string[];
}

/** From one key to a new one; an interrupted rotation goes on only by name, as nobody can tell which of two keys is the newer. */
function plan(keys: Keys, to: string | undefined): Rotation {
  checkAll(keys, undefined);
  const known = [...new Set(keys.nodes.flatMap((node) => node.keys))];
  if (to !== undefined) {
    if (!known.includes(to))
      throw new OpsbroError('not_found', `no node has the key ${to}; they have ${known.join(', ')}`);
    return { key: to, fingerprint: to, old: known.filter((each) => each !== to) };
  }
  if (known.length !== 1) {
    const message = `the nodes have ${known.length} keys: ${known.join(', ')}; end the earlier rotation with --to FINGERPRINT`;
    throw new OpsbroError('conflict', message);
  }
  const bytes = randomBytes(KEY_BYTES);
  const fingerprint = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { key: bytes.toString('base64'), fingerprint, old: known };
}

async function rotate({ key, fingerprint, old }: Rotation, before: Keys, { agent, terminal }: Context): Promise<Keys> {
  const change = async (op: 'install' | 'use' | 'remove', which: string) => {
    const keys = await agent.ask('POST /agent/keyring', { body: { op, key: which } });
    checkAll(keys, fingerprint);
    return keys;
  };
  if (!before.nodes.every(({ keys }) => keys.includes(fingerprint))) {
    await change('install', key);
    terminal.note(`every node has the key ${fingerprint}`);
  }
  if (!before.nodes.every(({ primary }) => primary === fingerprint)) {
    await change('use', fingerprint);
    terminal.note(`every node encrypts with the key ${fingerprint}`);
  }
  for (const each of old) {
    await change('remove', each);
    terminal.note(`every node has forgotten the key ${each}`);
  }
  return await agent.ask('GET /agent/keyring', {});
}

/** Throws `conflict` at the first failure; what was begun with `fingerprint` can be gone on with. */
function checkAll(keys: Keys, fingerprint: string | undefined): void {
  const failures = failuresIn(keys);
  if (failures.length === 0) return;
  const again = fingerprint === undefined ? '' : `; go on later with: opsbro gossip keyring rotate --to ${fingerprint}`;
  throw new OpsbroError('conflict', `the rotation stops: ${failures.join('; ')}${again}`);
}
