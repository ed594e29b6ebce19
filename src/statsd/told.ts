/** Somebody tells that something happened, in the form of DogStatsD. Times are epoch milliseconds. */
export interface ToldEvent {
  readonly title: string;
  readonly text: string;
  readonly at: number | undefined;
  readonly tags: readonly string[];
}

/** Somebody tells how a check went. */
export interface ToldCheck {
  readonly name: string;
  /** 0 ok, 1 warning, 2 critical, 3 unknown. */
  readonly state: 0 | 1 | 2 | 3;
  readonly message: string;
  readonly at: number | undefined;
}

const EVENT_HEAD = /^_e\{(\d{1,5}),(\d{1,5})\}:/;
const CHECK_HEAD = /^_sc\|([^|]{1,255})\|([0-3])(?=\||$)/;
const FIELDS: ReadonlySet<string> = new Set(['d', 'h', 'k', 'p', 't', 's', 'c', 'm', 'e', '#']);
const MOST_TAGS = 100;

/** Reads `_e{<bytes of the title>,<bytes of the text>}:title|text|...`; `undefined` when it is not so. */
export function readEvent(line: Buffer): ToldEvent | undefined {
  const [head = '', titleLength, textLength] = EVENT_HEAD.exec(line.toString('latin1', 0, 20)) ?? [];
  if (head === '') return undefined;
  const titleEnd = head.length + Number(titleLength);
  const textEnd = titleEnd + 1 + Number(textLength);
  if (Number(titleLength) === 0 || textEnd > line.length || line.at(titleEnd) !== 0x7c) return undefined;
  const fields = fieldsOf(line.toString('utf8', textEnd));
  if (!fields) return undefined;
  return {
    title: unescaped(line.toString('utf8', head.length, titleEnd)),
    text: unescaped(line.toString('utf8', titleEnd + 1, textEnd)),
    at: instantOf(fields),
    tags: [...tagsOf(fields), ...hostOf(fields)],
  };
}

/** Reads `_sc|name|state|...`; `undefined` when it is not so. */
export function readCheck(line: Buffer): ToldCheck | undefined {
  const text = line.toString('utf8');
  const [head = '', name = '', state] = CHECK_HEAD.exec(text) ?? [];
  // A message is the last field, and may have whatever signs.
  const [before = '', ...message] = text.slice(head.length).split('|m:');
  const fields = head === '' ? undefined : fieldsOf(before);
  if (!fields) return undefined;
  return {
    name,
    state: Number(state) as ToldCheck['state'],
    message: unescaped(message.join('|m:')),
    at: instantOf(fields),
  };
}

/** The fields behind the head, each `|k:value` or `|#tags`. */
function fieldsOf(text: string): ReadonlyMap<string, string> | undefined {
  const fields = new Map<string, string>();
  if (text === '') return fields;
  const [first, ...written] = text.split('|');
  if (first !== '') return undefined;
  for (const field of written) {
    const kind = field.charAt(0);
    const isTags = kind === '#';
    if (!FIELDS.has(kind) || (!isTags && field.charAt(1) !== ':')) return undefined;
    fields.set(kind, field.slice(isTags ? 1 : 2));
  }
  return fields;
}

function instantOf(fields: ReadonlyMap<string, string>): number | undefined {
  const seconds = Number(fields.get('d') ?? Number.NaN);
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

const tagsOf = (fields: ReadonlyMap<string, string>): string[] =>
  (fields.get('#') ?? '').split(',', MOST_TAGS).filter((tag) => tag !== '');

const hostOf = (fields: ReadonlyMap<string, string>): string[] => {
  const host = fields.get('h') ?? '';
  return host === '' ? [] : [`host:${host}`];
};

const unescaped = (text: string): string => text.replaceAll('\\n', '\n');
