import { nameFault } from '../metrics/names.ts';
import { TAG_LIMITS, taggedName } from '../metrics/tags.ts';

type Tag = readonly [name: string, value: string];

/** Whether names may have tags as Influx writes them: `name,a=b,c=d`. */
export type InfluxTags = 'influx tags' | 'plain keys';

/**
 * The name of the series that a key and the tags behind it stand for, without what comes before and behind it of statsd; `undefined` when
 * nothing is left of the key, or there is too much of it.
 */
export function seriesKey(key: string, tags: string, influx: InfluxTags): string | undefined {
  const [named = '', ...influxTags] = influx === 'influx tags' ? key.split(',') : [key];
  const [path = '', ...ownTags] = cleanKey(named).split(';');
  const trimmed = path.replace(/\.{2,}/g, '.').replace(/^\.|\.$/g, '');
  const all = [
    ...ownTags.flatMap((tag) => tagOf(tag, '=')),
    ...influxTags.flatMap((tag) => tagOf(tag, '=')),
    ...(tags === '' ? [] : tags.split(',').flatMap((tag) => tagOf(tag, ':'))),
  ];
  if (trimmed === '' || all.length > TAG_LIMITS.count) return undefined;
  if (all.some(([name, value]) => name.length > TAG_LIMITS.name || value.length > TAG_LIMITS.value)) return undefined;
  const name = taggedName(trimmed, all);
  return nameFault(name) === undefined ? name : undefined;
}

const cleanKey = (key: string): string =>
  key
    .replace(/\s+/g, '_')
    .replaceAll('/', '-')
    .replace(/[^A-Za-z0-9_.\-;=]/g, '');

/** A tag without a name is left out; one without a value has `none`. */
function tagOf(written: string, between: '=' | ':'): Tag[] {
  const at = written.indexOf(between);
  const name = cleanTag(at < 0 ? written : written.slice(0, at));
  const value = cleanTag(at < 0 ? '' : written.slice(at + 1)).replace(/^~+/, '');
  return name === '' ? [] : [[name, value === '' ? 'none' : value]];
}

const cleanTag = (text: string): string => text.replace(/[;!^=,|\s\p{Cc}]/gu, '_');
