import { defineCommand } from '../../../command.ts';
import { changeKeyring, KEYRING_OPTIONS } from '../../../keyring-change.ts';

export default defineCommand({
  arguments: '<KEY>',
  options: KEYRING_OPTIONS,
  examples: [
    'gossip keyring use HvY8ubRZMgafUOWvrOadwOckVa1wN3QWAo46FVKbVN8= --yes',
    'gossip keyring use 3f1c9a5e0b7d2468 --yes',
  ],
  route: 'POST /agent/keyring',
  run: ({ args: [key = ''], options }, context) =>
    changeKeyring(
      { op: 'use', key, what: 'every node of the pool encrypts with that key from now on' },
      options,
      context,
    ),
});
