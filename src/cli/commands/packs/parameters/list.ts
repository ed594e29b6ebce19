import { OpsbroError } from '../../../../base/errors.ts';
import { defineCommand } from '../../../command.ts';
import { escaped } from '../../../escape.ts';
import { packEntries } from '../../../pack-entries.ts';
import { valueText } from '../../../parameter-text.ts';

export default defineCommand({
  arguments: '[LEVEL.PACK]',
  examples: ['packs parameters list', 'packs parameters list global.linux'],
  route: 'GET /packs',
  local: 'files',
  async run({ args: [wanted] }, { agent, terminal }) {
    const entries = packEntries(await agent.ask('GET /packs', {})).filter(({ level, name, overloaded_by }) =>
      wanted === undefined ? overloaded_by === null : `${level}.${name}` === wanted,
    );
    if (wanted !== undefined && entries.length === 0) throw new OpsbroError('not_found', `there is no pack ${wanted}`);
    const rows = entries.flatMap(({ level, name, parameters }) =>
      Object.entries(parameters).map(([key, parameter]) => ({ name: `${level}.${name}.${key}`, ...parameter })),
    );
    const columns = [{ title: 'NAME' }, { title: 'VALUE' }, { title: 'DEFAULT' }, { title: 'SOURCE' }];
    terminal.show(rows, () =>
      terminal.table(
        columns,
        rows.map(({ name, value, default_value, have_default, source }) =>
          [name, valueText(value), have_default ? valueText(default_value) : '', source].map(escaped),
        ),
        'no parameters',
      ),
    );
  },
});
