import { type Conversion, convert } from './conversion.ts';
import { fault } from './fault.ts';
import { checkTextSize, type Meter } from './limits.ts';
import { isDict, type Key, Missing, numberOf, type Result, Tuple, type Value } from './values.ts';

const MAX_WIDTH = 1_000;
const MAX_PRECISION = 100;
/** A key ends before the next `%`: were it looked for beyond, a text of nothing but beginnings would take the square of its length. */
const ITEM = /%(?:\(([^)%]*)\))?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d*))?[hlL]?(.?)/gsu;

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
  let length = 0;
  const text = template.replace(ITEM, (item, ...groups: (string | undefined)[]) => {
    const piece = filled(item, groups, supply);
    length += piece.length;
    checkTextSize(length);
    return piece;
  });
  supply.finish();
  checkTextSize(text.length);
  meter.characters(text.length);
  return text;
}

function filled(
  item: string,
  [key, flags = '', width, precision, type = '']: (string | undefined)[],
  supply: Supply,
): string {
  if (type === '%') return '%';
  if (type === '') throw fault('FORMAT', `unknown conversion ${item}`);
  const conversion: Conversion = sized({
    type,
    flags,
    width: width === '*' ? supply.number() : Number(width ?? 0),
    precision: precision === '*' ? supply.number() : precision === undefined ? undefined : Number(precision),
  });
  const value = key === undefined ? supply.next() : supply.at(key);
  return value instanceof Missing ? '' : convert(conversion, value);
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
