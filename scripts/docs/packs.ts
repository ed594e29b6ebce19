import { OBJECT_SCHEMAS } from '../../src/config/object-schemas.ts';
import { docOf } from '../../src/config/schema-walk.ts';
import { PackDescriptor } from '../../src/packs/descriptor.ts';
import { loadPacks } from '../../src/packs/load.ts';
import { code, type GeneratedFile, page, table } from './page.ts';

const INTRO =
  'A pack is a directory with a `package.yml`. Detectors stand in its `detectors/`, checks and services in its `monitoring/`, parameters ' +
  'in its `parameters/`. Packs of the levels core, global, zone and local are read from `<data>/<level>-configuration/packs`, core and ' +
  'global ones also from what is shipped; of packs with one name the most specific counts. Single parameters are set above a pack in ' +
  '`<data>/<level>-configuration/parameters/<pack>.yml`. The same objects may stand in any file of the configuration directory.';

/** The page of packs: what may be written in them, and those that are shipped. */
export async function packFiles(): Promise<readonly GeneratedFile[]> {
  const descriptor = ['## package.yml', fieldTable(PackDescriptor.shape)].join('\n\n');
  const objects = Object.entries(OBJECT_SCHEMAS).map(([type, schema]) =>
    [`## ${type}`, fieldTable(schema.shape)].join('\n\n'),
  );
  const sections = [descriptor, ...objects, await shippedPacks()];
  return [{ path: 'docs/reference/packs.md', content: page('Packs', INTRO, sections) }];
}

function fieldTable(shape: Readonly<Record<string, Parameters<typeof docOf>[0]>>): string {
  const rows = Object.entries(shape).map(([name, field]) => {
    const { expected, default: preset, description } = docOf(field);
    return [code(name), expected, preset === undefined ? '' : code(JSON.stringify(preset)), description];
  });
  return table(['field', 'written as', 'default', 'meaning'], rows);
}

async function shippedPacks(): Promise<string> {
  const shipped = new URL('../../etc', import.meta.url).pathname;
  const rules = { checkFields: ['critical_if', 'warning_if', 'script'], expressionFaults: () => [] };
  const set = await loadPacks({ shipped, data: '/nonexistent', local: { directory: '', objects: [] }, rules });
  const rows = set.packs.map(({ name, description, parameters }) => [
    code(name),
    description,
    set.objects
      .filter(({ packName }) => packName === name)
      .map(({ type, id }) => `${type} ${code(id)}`)
      .join(', '),
    Object.entries(parameters)
      .map(([key, value]) => code(`${key}: ${JSON.stringify(value)}`))
      .join(', '),
  ]);
  return ['## Shipped packs', table(['pack', 'what for', 'objects', 'parameters'], rows)].join('\n\n');
}
