/** What a login page of horizon wants to be sent. */
export interface LoginForm {
  /** Where it is to be sent, as it is written; empty when the page does not say. */
  readonly action: string;
  readonly token: string;
  readonly region: string | undefined;
  readonly wantsDomain: boolean;
}

/** Pages are read no further. */
const LONGEST = 1_048_576;
const MOST_TAGS = 5_000;

/** The form of a page with which people log in; `undefined` when there is none. */
export function loginForm(page: string): LoginForm | undefined {
  const tags = tagsIn(page.slice(0, LONGEST));
  const start = tags.findIndex(
    ({ name, attributes }) => name === 'form' && /login/.test(attributes.get('action') ?? ''),
  );
  const inputs = tags.filter(({ name }) => name === 'input');
  const named = (wanted: string) => inputs.find(({ attributes }) => attributes.get('name') === wanted)?.attributes;
  const token = named('csrfmiddlewaretoken')?.get('value');
  if (token === undefined || named('password') === undefined || named('username') === undefined) return undefined;
  return {
    action: tags[start]?.attributes.get('action') ?? '',
    token,
    region: named('region')?.get('value') ?? chosenRegion(tags),
    wantsDomain: named('domain') !== undefined,
  };
}

/** Of a list of regions, the one that is chosen, or else the first. */
function chosenRegion(tags: readonly Tag[]): string | undefined {
  const start = tags.findIndex(({ name, attributes }) => name === 'select' && attributes.get('name') === 'region');
  if (start < 0) return undefined;
  const behind = tags.slice(start + 1);
  const end = behind.findIndex(({ name }) => name !== 'option');
  const options = end < 0 ? behind : behind.slice(0, end);
  return (options.find(({ attributes }) => attributes.has('selected')) ?? options[0])?.attributes.get('value');
}

interface Tag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
}

function tagsIn(page: string): Tag[] {
  const tags: Tag[] = [];
  for (const [, name = '', written = ''] of page.matchAll(/<(form|input|select|option)\b([^<>]{0,4000})>/gi)) {
    if (tags.length >= MOST_TAGS) break;
    tags.push({ name: name.toLowerCase(), attributes: attributesIn(written) });
  }
  return tags;
}

function attributesIn(written: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = '', quoted, single, bare] of written.matchAll(
    /([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  )) {
    attributes.set(name.toLowerCase(), unescaped(quoted ?? single ?? bare ?? ''));
  }
  return attributes;
}

const ENTITIES = new Map([
  ['&amp;', '&'],
  ['&quot;', '"'],
  ['&#39;', "'"],
  ['&#x27;', "'"],
  ['&lt;', '<'],
  ['&gt;', '>'],
]);

const unescaped = (text: string): string =>
  text.replace(/&(?:amp|quot|lt|gt|#39|#x27);/g, (entity) => ENTITIES.get(entity) ?? entity);
