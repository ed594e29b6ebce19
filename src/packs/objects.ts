import { join } from 'node:path';
import { didYouMean, nearest } from '../base/nearest.ts';
import { shown } from '../base/shown.ts';
import { readYamlFile, yamlFilesBelow } from '../config/files.ts';
import { OBJECT_SCHEMAS } from '../config/object-schemas.ts';
import { type ObjectRules, type ObjectsRead, readObjects } from '../config/objects.ts';
import type { YamlDocument } from '../config/yaml.ts';
import { isMapping } from '../config/yaml-value.ts';
import type { PackObject, PackObjectType, Problem } from '../model/pack.ts';
import type { DescribedPack } from './descriptor.ts';

/** Directories of a pack that hold objects, and of which types. */
const FOLDERS: readonly { readonly folder: string; readonly types: readonly PackObjectType[] }[] = [
  { folder: 'detectors', types: ['detector'] },
  { folder: 'monitoring', types: ['check', 'service', 'zone_service'] },
  { folder: 'generators', types: ['generator'] },
  { folder: 'compliance', types: ['compliance'] },
  { folder: 'dashboards', types: ['dashboard'] },
  { folder: 'collectors', types: ['collector'] },
  { folder: 'tutorials', types: ['tutorial'] },
];

/** The objects of one pack, by type and then in byte order of their files. */
export async function packObjects(pack: DescribedPack, rules: ObjectRules): Promise<ObjectsRead> {
  const objects: PackObject[] = [];
  const problems: Problem[] = [];
  for (const { folder, types } of FOLDERS) {
    const directory = join(pack.directory, folder);
    const scanned = await yamlFilesBelow({ directory });
    problems.push(...scanned.problems);
    for (const file of scanned.files.filter(isObjectFile)) {
      const read = await objectsOfFile({ pack, directory, file, types }, rules);
      objects.push(...read.objects);
      problems.push(...read.problems);
    }
  }
  return { objects, problems };
}

/** Templates stand beside the objects, whatever their names end with. */
function isObjectFile(file: string): boolean {
  return /\.ya?ml$/.test(file) && !file.split('/').slice(0, -1).includes('templates');
}

/** The last part of an id; the file of a tutorial is always called the same, so there its directory counts. */
function shortId(file: string, [type]: readonly PackObjectType[]): string {
  const path = file.replace(/\.[^./]+$/, '');
  return type === 'tutorial' ? path.replace(/\/tutorial$/, '') : path;
}

interface ObjectFile {
  readonly pack: DescribedPack;
  readonly directory: string;
  /** Path below the directory. */
  readonly file: string;
  readonly types: readonly PackObjectType[];
}

async function objectsOfFile({ pack, directory, file, types }: ObjectFile, rules: ObjectRules): Promise<ObjectsRead> {
  const path = join(directory, file);
  const { documents, problems } = await readYamlFile(path);
  const strangers = documents.flatMap((document) => strangersIn(document, path, types));
  const { name } = pack.descriptor;
  const origin = {
    packName: name,
    packLevel: pack.level,
    file: path,
    id: `${name}/${shortId(file, types)}`,
    withoutGroup: 'nowhere' as const,
  };
  const read = readObjects(documents, types, origin, rules);
  // A file with a key that nobody knows is refused, but all that is wrong in it is told.
  const objects = strangers.length > 0 ? [] : read.objects;
  return { objects, problems: [...problems, ...strangers, ...read.problems] };
}

function strangersIn({ value, placeOf }: YamlDocument, file: string, types: readonly PackObjectType[]): Problem[] {
  const report = (key: string, message: string): Problem => ({
    level: 'error',
    file,
    ...placeOf(key === '' ? [] : [key]),
    key,
    message,
  });
  if (value === null) return [];
  if (!isMapping(value)) return [report('', `wrong content (expected a map with the key ${types.join(' or ')})`)];
  const strangers = Object.keys(value).filter((key) => !(types as readonly string[]).includes(key));
  const [first = ''] = strangers;
  const isMisspelt = nearest(first, types) !== undefined;
  const owner = isMisspelt ? undefined : types.find((type) => Object.hasOwn(OBJECT_SCHEMAS[type].shape, first));
  if (owner !== undefined && strangers.length === Object.keys(value).length) {
    return [report(first, `is a field of a ${owner}; indent it and all others below a line "${owner}:"`)];
  }
  return strangers.map((key) => report(key, `key ${shown(key)} is not known here (${expectedFor(key, types)}`));
}

/** Where a key belongs that stands in the wrong place, or what was probably meant. */
function expectedFor(key: string, types: readonly PackObjectType[]): string {
  const expected = `expected ${types.join(' or ')})`;
  if (key === 'installer') return `${expected}; it is a rule of type package-install below compliance: today`;
  const folder = FOLDERS.find((each) => (each.types as readonly string[]).includes(key))?.folder;
  return folder === undefined ? expected + didYouMean(key, types) : `${expected}; it belongs into ${folder}/`;
}
