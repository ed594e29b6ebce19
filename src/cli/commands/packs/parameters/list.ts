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
    const all = packEntries(await agent.ask('GET /packs', {}));
    const entries = all.filter(({ level, name, overloaded_by }) =>
      wanted === undefined ? overloaded_by === null : `${level}.${name}` === wanted,
    );
    if (wanted !== undefined && entries.length === 0) throw noPack(wanted, all);
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

/** Values may be set at a level that the pack itself is not at; they are listed where the pack is. */
function noPack(wanted: string, packs: readonly { readonly level: string; readonly name: string }[]): OpsbroError {
  const inUse = packs.findLast(({ name }) => name === wanted.slice(wanted.indexOf('.') + 1));
  const hint = inUse ? `; its parameters, of whatever level, are listed as ${inUse.level}.${inUse.name}` : '';
  return new OpsbroError('not_found', `there is no pack ${wanted}${hint}`);
}
