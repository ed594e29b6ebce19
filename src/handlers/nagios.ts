import { defineHandler } from '../plugins/kinds.ts';
import { PipeOptions, pipeChannel } from './support/command-pipe.ts';

export default defineHandler({
  name: 'nagios',
  description: 'Hands results of checks and states of nodes to the command pipe of Nagios.',
  options: PipeOptions,
  // Parameters of a pack of that name would be those of the export.
  pack: null,
  configure: (options) => pipeChannel('nagios', options),
});
