import { defineCommand } from '../../command.ts';
import { confirmed } from '../../confirm.ts';
import { thisMachine } from '../../dns/machine.ts';
import { takeFile } from '../../dns/relay-file.ts';
import { isOurs, RELAYS, type Relay } from '../../dns/relays.ts';

export default defineCommand({
  options: {
    yes: { kind: 'flag', description: 'do not ask' },
    'dry-run': { kind: 'flag', description: 'only say what would be taken away' },
  },
  examples: ['dns uninstall --yes', 'dns uninstall --dry-run'],
  route: 'none',
  async run({ options }, context) {
    const { terminal } = context;
    const written: Relay[] = [];
    for (const relay of RELAYS) if (isOurs((await thisMachine.read(relay.file)) ?? '')) written.push(relay);
    const files = written.map(({ file }) => file);
    const isDone = files.length > 0 && !options['dry-run'];
    if (isDone && !options.yes && !(await confirmed(`${files.join(', ')} is taken away`, context))) return 1;
    if (isDone) for (const file of files) await takeFile(file);
    terminal.show({ files, removed: isDone }, () => {
      if (files.length === 0) terminal.line('opsbro dns install wrote nothing here');
      for (const { file, reload } of written)
        terminal.line(`${isDone ? 'took away' : 'would take away'} ${file}; then: ${reload}`);
    });
    return 0;
  },
});
