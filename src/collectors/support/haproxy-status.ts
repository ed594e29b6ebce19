import { numberIn } from '../../base/numbers.ts';

/** A frontend, a backend, a server of one, or a listener: one line of statistics. */
export interface ProxyPart {
  readonly proxy: string;
  /** `FRONTEND`, `BACKEND`, or the name of a server or listener. */
  readonly name: string;
  readonly kind: 'frontend' | 'backend' | 'server' | 'listener';
  /** Such as `UP`, `DOWN 1/2`, `MAINT (via x/y)`, `OPEN`. */
  readonly status: string;
  /** Those of the wanted columns that hold a number, by their names. */
  readonly numbers: ReadonlyMap<string, number>;
}

/** What HAProxy tells of itself. */
export interface HaproxyStatus {
  readonly parts: readonly ProxyPart[];
  readonly version: string | undefined;
  /** Seconds. */
  readonly uptime: number | undefined;
  /** Connections taken in the last second by the whole process. */
  readonly connRate: number | undefined;
}

/** How the line of column names begins. */
const HEADING = '# pxname,svname,';
/** Lines that are read, and characters that one may have. */
const MOST_LINES = 50_000;
const LONGEST_LINE = 16_384;
/** The columns that are looked at here. */
const OURS = ['type', 'scur', 'conn_rate'];
const KINDS = ['frontend', 'backend', 'server', 'listener'] as const;

/** Reads answers to `show info` and `show stat`, or just the latter; `undefined` when there are no statistics in them. */
export function parseHaproxy(text: string, wanted: readonly string[]): HaproxyStatus | undefined {
  const start = text.startsWith(HEADING) ? 0 : text.indexOf(`\n${HEADING}`) + 1;
  if (start === 0 && !text.startsWith(HEADING)) return undefined;
  const about = fieldsIn(text.slice(0, start));
  const [heading = '', ...lines] = text.slice(start).split('\n', MOST_LINES);
  const places = new Map(
    heading
      .slice(2)
      .trim()
      .split(',')
      .map((column, place) => [column, place]),
  );
  const numbers = [...wanted, ...OURS];
  return {
    parts: lines.map((line) => partIn(line, places, numbers)).filter((part) => part !== undefined),
    version: about.get('Version'),
    uptime: numberIn(about.get('Uptime_sec')),
    connRate: numberIn(about.get('ConnRate')),
  };
}

function fieldsIn(info: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of info.split('\n', MOST_FIELDS)) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return fields;
}

const MOST_FIELDS = 500;

type Places = ReadonlyMap<string, number>;

function partIn(line: string, places: Places, wanted: readonly string[]): ProxyPart | undefined {
  if (line.length > LONGEST_LINE) return undefined;
  const cells = cellsOf(line);
  const cell = (column: string) => cells[places.get(column) ?? -1];
  const [proxy = '', name = '', status = ''] = [cell('pxname'), cell('svname'), cell('status')];
  if (proxy === '' || name === '' || /\p{Cc}/u.test(proxy + name + status)) return undefined;
  const numbers = new Map<string, number>();
  for (const column of wanted) {
    const number = numberIn(cell(column));
    if (number !== undefined) numbers.set(column, number);
  }
  return { proxy, name, status, kind: kindOf(name, numbers.get('type')), numbers };
}

/** Old versions have no column for it. */
function kindOf(name: string, type: number | undefined): ProxyPart['kind'] {
  if (name === 'FRONTEND') return 'frontend';
  if (name === 'BACKEND') return 'backend';
  return KINDS[type ?? -1] ?? 'server';
}

/** The cells of a line; those with a comma in them stand in double quotes. */
function cellsOf(line: string): readonly string[] {
  const written = line.replace(/\r$/, '');
  if (!written.includes('"')) return written.split(',');
  const cells = written.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/g);
  return Array.from(cells, ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '');
}

/** What holds for all proxies together. */
interface Totals {
  readonly servers_up: number;
  readonly servers_down: number;
  readonly backends_down: number;
  readonly sessions_current: number;
  readonly conn_rate: number | undefined;
}

/** Counts what is up and down. */
export function totalsOf({ parts, connRate }: HaproxyStatus): Totals {
  const count = (kind: ProxyPart['kind'], status: RegExp) =>
    parts.filter((part) => part.kind === kind && status.test(part.status)).length;
  const frontends = parts.filter(({ kind }) => kind === 'frontend');
  const sum = (column: string) => frontends.reduce((all, { numbers }) => all + (numbers.get(column) ?? 0), 0);
  return {
    servers_up: count('server', /^(UP|no check)/),
    servers_down: count('server', /^(DOWN|NOLB)/),
    backends_down: count('backend', /^DOWN/),
    sessions_current: sum('scur'),
    conn_rate: connRate ?? (frontends.some(({ numbers }) => numbers.has('conn_rate')) ? sum('conn_rate') : undefined),
  };
}
