import { defineCommand } from '../../../command.ts';
import { changeKeyring, KEYRING_OPTIONS } from '../../../keyring-change.ts';

export default defineCommand({
  arguments: '<KEY>',
  options: KEYRING_OPTIONS,
  examples: [
    'gossip keyring remove HvY8ubRZMgafUOWvrOadwOckVa1wN3QWAo46FVKbVN8= --yes',
    'gossip keyring remove 3f1c9a5e0b7d2468 --yes',
  ],
  route: 'POST /agent/keyring',
  run: ({ args: [key = ''], options }, context) =>
    changeKeyring({ op: 'remove', key, what: 'every node of the pool forgets that key' }, options, context),
});
