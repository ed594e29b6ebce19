import { fault } from './fault.ts';
import { checkElements, checkTextSize, type Meter } from './limits.ts';
import type { ArithmeticOperator } from './syntax.ts';
import { isList, numberOf, Tuple, typeName, type Value, ValueSet } from './values.ts';

type Calculate = (a: Value, b: Value, meter: Meter) => Value;

/** Whether a number is finite. (What is not leaves no zero; the call of `Number.isFinite` was a fifth of a short evaluation.) */
export const isShowable = (number: number): boolean => number - number === 0;

/** Gives back a number that can be shown. Throws LIMIT for any other. */
export function checkNumber(result: number): number {
  if (!isShowable(result)) throw fault('LIMIT', 'result too large');
  return result;
}

const mismatch = (operator: ArithmeticOperator, a: Value, b: Value): Error =>
  fault('TYPE', `cannot calculate ${typeName(a)} ${operator} ${typeName(b)}`);

/** An operator on numbers, with True and False counting as 1 and 0. */
const numeric =
  (operator: ArithmeticOperator, calculate: (a: number, b: number) => number): Calculate =>
  (a, b) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    if (left === undefined || right === undefined) throw mismatch(operator, a, b);
    return checkNumber(calculate(left, right));
  };

const sum = numeric('+', (a, b) => a + b);
const difference = numeric('-', (a, b) => a - b);
const product = numeric('*', (a, b) => a * b);

const add: Calculate = (a, b, meter) => {
  if (typeof a === 'string' && typeof b === 'string') {
    checkTextSize(a.length + b.length);
    meter.characters(a.length + b.length);
    return a + b;
  }
  if (isList(a) && isList(b)) return joinItems(a, b, meter);
  if (a instanceof Tuple && b instanceof Tuple) return new Tuple(joinItems(a.items, b.items, meter));
  return sum(a, b, meter);
};

function joinItems(a: readonly Value[], b: readonly Value[], meter: Meter): Value[] {
  checkElements(a.length + b.length);
  meter.elements(a.length + b.length);
  return [...a, ...b];
}

const subtract: Calculate = (a, b, meter) => {
  if (!(a instanceof ValueSet && b instanceof ValueSet)) return difference(a, b, meter);
  meter.elements(a.size);
  return new ValueSet([...a].filter((item) => !b.has(item)));
};

const multiply: Calculate = (a, b, meter) => repeated(a, b, meter) ?? repeated(b, a, meter) ?? product(a, b, meter);

/** A text or list so many times; `undefined` when `what` is none or `times` no whole number. */
function repeated(what: Value, times: Value, meter: Meter): Value | undefined {
  const number = numberOf(times);
  if (number === undefined || !Number.isInteger(number)) return undefined;
  const count = Math.max(0, number);
  if (typeof what === 'string') {
    checkTextSize(what.length * count);
    meter.characters(what.length * count);
    return what.repeat(count);
  }
  if (isList(what)) return repeatItems(what, count, meter);
  return what instanceof Tuple ? new Tuple(repeatItems(what.items, count, meter)) : undefined;
}

function repeatItems(items: readonly Value[], count: number, meter: Meter): Value[] {
  checkElements(items.length * count);
  meter.elements(items.length * count);
  return items.length === 0 ? [] : Array.from({ length: count }, () => items).flat();
}

function divide(a: number, b: number): number {
  if (b === 0) throw fault('ZERO_DIVISION', 'division by zero');
  return a / b;
}

/** The remainder with the sign of the divisor. Throws ZERO_DIVISION. */
export function modulo(a: number, b: number): number {
  if (b === 0) throw fault('ZERO_DIVISION', 'division by zero');
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function power(a: number, b: number): number {
  if (a === 0 && b < 0) throw fault('ZERO_DIVISION', 'division by zero');
  if (a < 0 && !Number.isInteger(b)) throw fault('TYPE', 'the result is not a real number');
  // In JavaScript only, 1 ** (something huge) is not a number.
  return a === 1 ? 1 : a ** b;
}

interface BitRule {
  bits(a: bigint, b: bigint): bigint;
  sets(a: ValueSet, b: ValueSet): Value[];
}

const BIT_RULES: Readonly<Record<'|' | '&' | '^', BitRule>> = {
  '|': { bits: (a, b) => a | b, sets: (a, b) => [...a, ...b] },
  '&': { bits: (a, b) => a & b, sets: (a, b) => [...a].filter((item) => b.has(item)) },
  '^': {
    bits: (a, b) => a ^ b,
    sets: (a, b) => [...[...a].filter((item) => !b.has(item)), ...[...b].filter((item) => !a.has(item))],
  },
};

/** Whole numbers up to this are exact, on both sides of zero. */
const MAX_EXACT = 2 ** 53;

function wholeOf(value: Value): bigint | undefined {
  const number = numberOf(value);
  return Number.isInteger(number) && number !== undefined && Math.abs(number) <= MAX_EXACT ? BigInt(number) : undefined;
}

const bitwise =
  (operator: '|' | '&' | '^'): Calculate =>
  (a, b, meter) => {
    const { bits, sets } = BIT_RULES[operator];
    if (a instanceof ValueSet && b instanceof ValueSet) {
      meter.elements(a.size + b.size);
      const items = sets(a, b);
      checkElements(items.length);
      return new ValueSet(items);
    }
    const [left, right] = [wholeOf(a), wholeOf(b)];
    if (left === undefined || right === undefined) throw mismatch(operator, a, b);
    const result = Number(bits(left, right));
    return typeof a === 'boolean' && typeof b === 'boolean' ? result !== 0 : result;
  };

/** What each operator does with any two values. Throws TYPE, ZERO_DIVISION or LIMIT. */
export const ARITHMETIC: Readonly<Record<ArithmeticOperator, Calculate>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': numeric('/', divide),
  '%': numeric('%', modulo),
  '**': numeric('**', power),
  '|': bitwise('|'),
  '&': bitwise('&'),
  '^': bitwise('^'),
};
