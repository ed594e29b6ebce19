import { z } from 'zod';
import { itemsOf, Missing, numberOf, typeName, type Value } from '../expressions/values.ts';

/** An argument that may be any value. */
export const valueArgument = (meaning: string): z.ZodType<Value> =>
  z
    .unknown()
    .refine((given) => given !== undefined, 'is needed')
    .transform((given) => given as Value)
    .describe(meaning);

/** An argument that may even be missing data. */
export const resultArgument = (meaning: string): z.ZodType<Value | Missing> =>
  z
    .unknown()
    .refine((given) => given !== undefined, 'is needed')
    .transform((given) => given as Value | Missing)
    .describe(meaning);

/** An argument that is a number; True and False count as 1 and 0. */
export const numberArgument = (meaning: string): z.ZodType<number> =>
  converted(meaning, 'a number', (given) => numberOf(given));

/** An argument that is a whole number. */
export const wholeArgument = (meaning: string): z.ZodType<number> =>
  converted(meaning, 'a whole number', (given) => {
    const number = numberOf(given);
    return Number.isSafeInteger(number) ? number : undefined;
  });

/** An argument that has elements: a list, tuple, set, the keys of a dict, the characters of a text. */
export const itemsArgument = (meaning: string): z.ZodType<readonly Value[]> => converted(meaning, 'a list', itemsOf);

function converted<T>(meaning: string, wanted: string, convert: (given: Value) => T | undefined): z.ZodType<T> {
  return z
    .unknown()
    .transform((given, context): T => {
      const value = given === undefined || given instanceof Missing ? undefined : convert(given as Value);
      if (value !== undefined) return value;
      context.addIssue(given === undefined ? 'is needed' : `is not ${wanted} but a ${typeName(given as Value)}`);
      return z.NEVER;
    })
    .describe(meaning);
}
