import { withinBytes, withoutControls } from '../model/plugin-output.ts';

const MOST_NAME_BYTES = 255;
/** What Nagios refuses in names of objects. */
const FORBIDDEN = /[`~!$%^&*|'"<>?,()=]/g;

/**
 * A value as it may stand on one line of a configuration of Nagios: what others say of themselves must not begin another line, a comment
 * or, with a backslash at its end, swallow the next line.
 */
export function cleaned(text: string): string {
  return withoutControls(text)
    .replace(/[\n\t]+/g, ' ')
    .replaceAll(';', '')
    .trim()
    .replace(/\\+$/, '');
}

/** A value as it may be the name of a host, a service or a template. */
const nameOf = (text: string): string => withinBytes(cleaned(text).replace(FORBIDDEN, ''), MOST_NAME_BYTES);

/** Names of templates, joined as `use` wants them; zones and groups may have characters that mean something else there. */
export const templatesOf = (names: readonly string[]): string =>
  names
    .map((name) => nameOf(name).replace(/[:.]/g, '--'))
    .filter((name) => name !== '')
    .join(',');

/**
 * What the services of a node are called, by the ids of its checks, sorted: `Agent-` and the last part of the id. Where that is the same
 * for several, the pack stands in between; where even that is, the whole id does.
 */
export function serviceNames(ids: Iterable<string>): ReadonlyMap<string, string> {
  const sorted = [...ids].sort();
  const forms = [shortServiceName, longServiceName, serviceName].map((name) => ({
    name,
    counts: counted(sorted, name),
  }));
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const id of sorted) {
    const name = forms.find((form) => form.counts.get(form.name(id)) === 1)?.name(id);
    if (name === undefined || taken.has(name)) continue;
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

/** What a check is called where no other of its node has the same last part. */
export const shortServiceName = (id: string): string => serviceName(lastPart(id));

/** What it is called where another has. */
export const longServiceName = (id: string): string => serviceName(packAndLastPart(id));

const serviceName = (part: string): string => `Agent-${nameOf(part)}`;

const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

function packAndLastPart(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : `${id.slice(0, slash)}-${lastPart(id)}`;
}

function counted(ids: readonly string[], name: (id: string) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const each of ids.map(name)) counts.set(each, (counts.get(each) ?? 0) + 1);
  return counts;
}
