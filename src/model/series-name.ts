/** The path and the tags of the name of a stored series, such as `disk.used;host=a`; the path is the tag `name`. */
export function tagsOf(name: string): ReadonlyMap<string, string> {
  const [path = '', ...pairs] = name.split(';');
  const tags = new Map([['name', path]]);
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at > 0) tags.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return tags;
}
