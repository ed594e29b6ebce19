import { type Conversion, convert } from './conversion.ts';
import { fault } from './fault.ts';
import { checkTextSize, type Meter } from './limits.ts';
import { isDict, type Key, Missing, numberOf, type Result, Tuple, type Value } from './values.ts';

const MAX_WIDTH = 1_000;
const MAX_PRECISION = 100;
/** What follows the `%` and the key of an item: flags, width, precision, type. */
const ITEM = /([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?(.?)/suy;
/** What reading and filling an item costs beside the text it makes. */
const ITEM_COST = 16;

/** One `%` item as it is written. */
interface Item {
  readonly key: string | undefined;
  readonly flags: string;
  /** Digits, or `*` for the next value. */
  readonly width: string | undefined;
  readonly precision: string | undefined;
  /** Empty when the format ends before it. */
  readonly type: string;
  readonly end: number;
}

/** What stands right of `%`: values in turn, and values by key. */
export interface FormatValues {
  readonly positional: readonly Result[];
  readonly keyed: ReadonlyMap<Key, Result> | undefined;
}

/** A tuple is several values, a dict may be asked by key, anything else is one value. */
export function formatValues(right: Value): FormatValues {
  if (right instanceof Tuple) return { positional: right.items, keyed: undefined };
  return { positional: [right], keyed: isDict(right) ? right : undefined };
}

/** Fills a `%` format; missing values become nothing. Throws FORMAT when format and values do not fit, LIMIT when it gets too long. */
export function format(template: string, values: FormatValues, meter: Meter): string {
  const supply = new Supply(values);
  let text = '';
  let from = 0;
  for (let start = template.indexOf('%'); start >= 0; start = template.indexOf('%', from)) {
    meter.characters(ITEM_COST);
    const item = readItem(template, start);
    text += template.slice(from, start) + filled(item, supply, meter);
    checkTextSize(text.length);
    from = item.end;
  }
  text += template.slice(from);
  supply.finish();
  checkTextSize(text.length);
  meter.characters(text.length);
  return text;
}

function readItem(template: string, start: number): Item {
  const isKeyed = template.charAt(start + 1) === '(';
  const afterKey = isKeyed ? keyEnd(template, start + 1) : start + 1;
  ITEM.lastIndex = afterKey;
  const [, flags = '', width, precision, type = ''] = ITEM.exec(template) ?? [];
  const key = isKeyed ? template.slice(start + 2, afterKey - 1) : undefined;
  return { key, flags, width, precision, type, end: ITEM.lastIndex };
}

/** Where the text after a key begins. A key may hold anything, also pairs of parentheses. */
function keyEnd(template: string, opening: number): number {
  let depth = 0;
  for (let place = opening; place < template.length; place++) {
    const char = template.charAt(place);
    if (char === '(') depth++;
    else if (char === ')' && --depth === 0) return place + 1;
  }
  throw fault('FORMAT', 'a key in the format is not closed by )');
}

function filled({ key, flags, width, precision, type }: Item, supply: Supply, meter: Meter): string {
  if (type === '%') return '%';
  if (type === '') throw fault('FORMAT', 'the format ends in the middle of a conversion');
  const conversion: Conversion = sized({
    type,
    flags,
    width: width === '*' ? supply.number() : Number(width ?? 0),
    precision: precision === '*' ? supply.number() : precision === undefined ? undefined : Number(precision),
  });
  const value = key === undefined ? supply.next() : supply.at(key);
  return value instanceof Missing ? '' : convert(conversion, value, meter);
}

/** A negative width from a `*` means left-aligned. */
function sized(conversion: Conversion): Conversion {
  const width = Math.abs(conversion.width);
  if (width > MAX_WIDTH) throw fault('LIMIT', `a width is at most ${MAX_WIDTH}`);
  if ((conversion.precision ?? 0) > MAX_PRECISION) throw fault('LIMIT', `a precision is at most ${MAX_PRECISION}`);
  return conversion.width < 0 ? { ...conversion, width, flags: `${conversion.flags}-` } : conversion;
}

/** Hands out the values of a format. */
class Supply {
  readonly #values: FormatValues;
  #used = 0;

  constructor(values: FormatValues) {
    this.#values = values;
  }

  next(): Result {
    const value = this.#values.positional[this.#used++];
    if (value === undefined) throw fault('FORMAT', 'not enough values for the format');
    return value;
  }

  number(): number {
    const number = numberOf(this.next());
    if (number === undefined || !Number.isInteger(number)) throw fault('FORMAT', '* needs a whole number');
    return number;
  }

  at(key: string): Result {
    if (!this.#values.keyed) throw fault('FORMAT', `%(${key}) needs a dict`);
    const value = this.#values.keyed.get(key);
    if (value === undefined) throw fault('KEY', `no key '${key}'`);
    return value;
  }

  /** A dict need not be used, every other value must. */
  finish(): void {
    if (!this.#values.keyed && this.#used < this.#values.positional.length) {
      throw fault('FORMAT', 'too many values for the format');
    }
  }
}
