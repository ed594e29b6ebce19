import { defineCommand } from '../../../command.ts';
import { changeKeyring, KEYRING_OPTIONS } from '../../../keyring-change.ts';

export default defineCommand({
  arguments: '<KEY>',
  options: KEYRING_OPTIONS,
  examples: [
    'gossip keyring install HvY8ubRZMgafUOWvrOadwOckVa1wN3QWAo46FVKbVN8= --yes',
    'gossip keyring install 3f1c9a5e0b7d2468 --yes',
  ],
  route: 'POST /agent/keyring',
  run: ({ args: [key = ''], options }, context) =>
    changeKeyring(
      { op: 'install', key, what: 'every node of the pool gets the key beside those it has' },
      options,
      context,
    ),
});
