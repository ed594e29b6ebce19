import { nameFault } from '../metrics/names.ts';
import { TAG_LIMITS, taggedName } from '../metrics/tags.ts';

type Tag = readonly [name: string, value: string];

const BRACED = /^([^{};]+)\{(.*)\}$/;
/** One tag between braces, with what is between it and the next. */
const BRACED_TAG = /([^={},"]+)="((?:[^"\\]|\\["\\])*)"(?:,|$)/y;

/**
 * The name of the series that a path with or without tags stands for: `a.b`, `a.b;k=v` or `a.b{k="v"}`; `undefined` when it is none. Tags are
 * sorted; of two of one name the last counts.
 */
export function seriesPath(written: string): string | undefined {
  const [, path = '', braced] = BRACED.exec(written) ?? [];
  const [plain = '', ...pairs] = written.split(';');
  const tags = braced === undefined ? pairs.map(tagOf) : bracedTags(braced);
  const elements = cleaned(braced === undefined ? plain : path);
  if (elements === '' || !tags || tags.length > TAG_LIMITS.count || !tags.every(isTag)) return undefined;
  const name = taggedName(elements, tags);
  return nameFault(name) === undefined ? name : undefined;
}

/** Without empty elements, and without signs that belong to paths of files. */
const cleaned = (path: string): string =>
  path
    .replace(/[/\\\p{Cc}]/gu, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^\.|\.$/g, '');

function tagOf(pair: string): Tag {
  const at = pair.indexOf('=');
  return at < 0 ? ['', ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function bracedTags(braced: string): Tag[] | undefined {
  const tags: Tag[] = [];
  const one = new RegExp(BRACED_TAG);
  while (one.lastIndex < braced.length) {
    const [, name = '', value = ''] = one.exec(braced) ?? [];
    if (name === '') return undefined;
    tags.push([name, value.replace(/\\(.)/g, '$1')]);
  }
  return tags;
}

function isTag([name, value]: Tag): boolean {
  const isNamed = name !== '' && name.length <= TAG_LIMITS.name && !/[;!^=\p{Cc}]/u.test(name);
  return isNamed && value !== '' && value.length <= TAG_LIMITS.value && !/^~|[;\p{Cc}]/u.test(value);
}
