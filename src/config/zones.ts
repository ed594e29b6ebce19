import { join } from 'node:path';
import { z } from 'zod';
import { didYouMean, nearest } from '../base/nearest.ts';
import { shown } from '../base/shown.ts';
import type { Problem, Yaml, YamlMap } from '../model/pack.ts';
import { ZoneTree } from '../model/zone-tree.ts';
import { faultsOf } from './fault.ts';
import * as field from './fields.ts';
import { readYamlFile, yamlFilesBelow } from './files.ts';
import type { YamlDocument } from './yaml.ts';
import type { Path } from './yaml-place.ts';
import { isList, isMapping } from './yaml-value.ts';

/** A zone as it is written below `zone:`. */
export const Zone = z.object({
  name: field.zoneName().describe('Name of the zone.'),
  sub_zones: field.words('a list of zone names', field.ZONE_NAME).prefault([]).describe('Zones right below it.'),
});

const OWN_KEY = 'encryption_key';

/** A zone and where it is written. */
export interface WrittenZone {
  readonly name: string;
  readonly subZones: readonly string[];
  readonly file: string;
  /** Where the zone, or one of its sub-zones, stands in the file. */
  placeOf(subZone?: string): { readonly line: number; readonly column: number };
}

/** The zones of a file; a wrong one is reported and left out. */
export interface ZonesRead {
  readonly zones: readonly WrittenZone[];
  readonly problems: readonly Problem[];
}

/** Where zones are written beside the files of the agent. */
export interface ZonePlaces {
  /** The user's configuration directory. */
  readonly directory: string;
  /** What is shipped with the program; a zone that the user defines takes the place of the shipped one. */
  readonly shipped: string;
}

/** The zones that stand in the documents of one file. */
export function readZones(documents: readonly YamlDocument[], file: string): ZonesRead {
  const zones: WrittenZone[] = [];
  const problems: Problem[] = [];
  for (const document of documents) {
    for (const [at, value] of zonesIn(document.value)) {
      const reading = new ZoneReading(document, file, at);
      const zone = reading.zone(value);
      problems.push(...reading.problems);
      if (zone) zones.push(zone);
    }
  }
  return { zones, problems };
}

/** All zones that are known: those of `zones/` and `others`, which stand in further files of the user, and the shipped ones. */
export async function loadZones(
  { directory, shipped }: ZonePlaces,
  others: readonly WrittenZone[],
): Promise<{ readonly tree: ZoneTree; readonly problems: readonly Problem[] }> {
  const own = await zonesBelow(join(directory, 'zones'));
  const given = await zonesBelow(join(shipped, 'zones'));
  const written = new Map<string, WrittenZone>();
  const problems = [...own.problems, ...given.problems];
  for (const zone of [...own.zones, ...others]) {
    const first = written.get(zone.name);
    if (first === undefined) written.set(zone.name, zone);
    else problems.push(problemAt(zone, undefined, `zone "${zone.name}" is defined already, in ${first.file}`));
  }
  for (const zone of given.zones) if (!written.has(zone.name)) written.set(zone.name, zone);
  const { tree, faults } = ZoneTree.of(new Map([...written.values()].map(({ name, subZones }) => [name, subZones])));
  for (const { zone, subZone, text } of faults) {
    const at = written.get(zone);
    const hint = tree.has(subZone) ? '' : didYouMean(subZone, tree.names);
    if (at) problems.push(problemAt(at, subZone, text + hint));
  }
  return { tree, problems };
}

async function zonesBelow(directory: string): Promise<ZonesRead> {
  const { files, problems } = await yamlFilesBelow({ directory });
  const zones: WrittenZone[] = [];
  const found = [...problems];
  for (const file of files.map((name) => join(directory, name))) {
    const text = await readYamlFile(file);
    const read = readZones(text.documents, file);
    zones.push(...read.zones);
    found.push(...text.problems, ...read.problems, ...text.documents.flatMap((document) => strangers(document, file)));
  }
  return { zones, problems: found };
}

/** In the zones' own directory nothing else is read, which whoever wrote it should know. */
function strangers({ value, placeOf }: YamlDocument, file: string): Problem[] {
  const keys = isMapping(value) ? Object.keys(value).filter((key) => key !== 'zone') : [];
  if (value !== null && !isMapping(value)) {
    return [{ level: 'error', file, ...placeOf([]), key: '', message: 'wrong content (expected a zone)' }];
  }
  return keys.map((key) => ({
    level: 'warning' as const,
    file,
    ...placeOf([key]),
    key,
    message: 'is left out: only zone is read in this directory',
  }));
}

function zonesIn(value: Yaml): [Path, Yaml][] {
  const found = isMapping(value) ? (value['zone'] ?? null) : null;
  if (found === null) return [];
  return isList(found) ? found.map((one, index) => [['zone', index], one]) : [[['zone'], found]];
}

function problemAt(zone: WrittenZone, subZone: string | undefined, message: string): Problem {
  return { level: 'error', file: zone.file, ...zone.placeOf(subZone), key: 'zone', message };
}

/** One zone on its way from what is written to what the tree is made of. */
class ZoneReading {
  readonly problems: Problem[] = [];
  readonly #document: YamlDocument;
  readonly #file: string;
  readonly #at: Path;

  constructor(document: YamlDocument, file: string, at: Path) {
    this.#document = document;
    this.#file = file;
    this.#at = at;
  }

  zone(value: Yaml): WrittenZone | undefined {
    if (!isMapping(value)) {
      this.#report('error', [], `wrong value (expected a map with name and sub-zones, got ${shown(value)})`);
      return undefined;
    }
    const fields = this.#fields(value);
    const read = Zone.safeParse(Object.fromEntries(fields.values()));
    if (!read.success) {
      if (!fields.has('name')) this.#report('error', ['name'], 'is missing (expected a zone name)');
      return undefined;
    }
    const { name, sub_zones: subZones } = read.data;
    return { name, subZones, file: this.#file, placeOf: (subZone) => this.#placeOf(value, subZone) };
  }

  /** What is written, under the names of the schema; every key that is wrong is reported. */
  #fields(value: YamlMap): Map<string, [string, Yaml]> {
    const fields = new Map<string, [string, Yaml]>();
    for (const [key, part] of Object.entries(value)) {
      const name = key.replaceAll('-', '_');
      const schema = name === 'name' || name === 'sub_zones' ? Zone.shape[name] : undefined;
      if (name === OWN_KEY) this.#report('warning', [key], 'is ignored: the keys of a zone are in its key file');
      else if (schema === undefined) {
        this.#report('warning', [key], 'unknown key', nearest(key, ['name', 'sub-zones']));
      } else if (part !== null) {
        for (const { path, message, suggestion } of faultsOf(schema, part, key)) {
          this.#report('error', [key, ...path], message, suggestion);
        }
        fields.set(name, [name, part]);
      }
    }
    return fields;
  }

  #placeOf(value: YamlMap, subZone: string | undefined) {
    const key = Object.keys(value).find((one) => one.replaceAll('-', '_') === 'sub_zones') ?? 'sub-zones';
    const listed = value[key] ?? null;
    const index = isList(listed) ? listed.findIndex((one) => String(one) === subZone) : -1;
    if (subZone === undefined) return this.#document.placeOf([...this.#at, 'name']);
    return this.#document.placeOf([...this.#at, key, ...(index < 0 ? [] : [index])]);
  }

  #report(level: Problem['level'], below: Path, message: string, suggestion?: string): void {
    const at = [...this.#at, ...below];
    const place = this.#document.placeOf(at);
    this.problems.push({ level, file: this.#file, ...place, key: at.join('.'), message, suggestion });
  }
}
