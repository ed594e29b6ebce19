import { z } from 'zod';

/** First and last of a range of status codes, both included. */
export type CodeRange = readonly [number, number];

const PART = /^\s*(\d{3})(?:\s*-\s*(\d{3}))?\s*$/;

/** An option that lists status codes of HTTP and ranges of them: `200-299,401`, or a list of such. */
export const statusCodes = () =>
  z.union([z.string(), z.number(), z.array(z.union([z.string(), z.number()]))]).transform((written, context) => {
    const ranges = [written].flat().flatMap((each) => String(each).split(',').map(rangeOf));
    const known = ranges.filter((range) => range !== undefined);
    if (known.length === ranges.length) return known;
    context.issues.push({ code: 'custom', input: written, message: 'expected codes and ranges such as 200-299,401' });
    return z.NEVER;
  });

/** Whether a code is in one of the ranges. */
export const hasCode = (ranges: readonly CodeRange[], code: number): boolean =>
  ranges.some(([first, last]) => code >= first && code <= last);

function rangeOf(part: string): CodeRange | undefined {
  const [, first, last = first] = PART.exec(part) ?? [];
  return first === undefined || Number(first) > Number(last) ? undefined : [Number(first), Number(last)];
}
