import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { messageOf, OpsbroError, systemCode } from '../../../base/errors.ts';
import { defineCommand } from '../../command.ts';
import { escaped } from '../../escape.ts';
import { newKey } from '../../new-key.ts';

export default defineCommand({
  options: {
    bits: { kind: 'value', placeholder: 'N', description: 'length of the gossip key: 128, 192 or 256 (the default)' },
    executor: { kind: 'flag', description: 'also a pair of keys for executors' },
    out: { kind: 'value', placeholder: 'DIR', description: 'write the keys to files there instead of printing them' },
  },
  examples: ['agent keygen', 'agent keygen --executor --out /root/keys'],
  route: 'none',
  async run({ options: { bits, executor, out } }, { terminal, world }) {
    const keys = new Map([['gossip.key', `${Buffer.from(newKey(bits)).toString('base64')}\n`]]);
    if (executor) for (const [name, text] of executorKeys()) keys.set(name, text);
    if (out === undefined) {
      const shown = Object.fromEntries([...keys].map(([name, text]) => [name.replace('.', '_'), text.trim()]));
      terminal.show(shown, () => terminal.line([...keys.values()].join('').trimEnd()));
      return;
    }
    const paths = write(keys, resolve(world.cwd, out));
    terminal.show(paths, () => {
      for (const path of paths) terminal.line(escaped(path));
    });
  },
});

function executorKeys(): [string, string][] {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return [
    ['exec.key', privateKey],
    ['exec.pub', publicKey],
  ];
}

/** Writes each key to a file of its own, for its owner alone. A file that is there already stays. */
function write(keys: ReadonlyMap<string, string>, directory: string): string[] {
  const paths: string[] = [];
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    for (const [name, text] of keys) {
      const path = join(directory, name);
      writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
      paths.push(path);
    }
    return paths;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') {
      const text = `${messageOf(error)}; keys are never overwritten, choose another directory`;
      throw new OpsbroError('already_exists', text, { cause: error });
    }
    throw new OpsbroError('bad_request', `--out: ${messageOf(error)}`, { cause: error });
  }
}
