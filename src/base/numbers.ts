/** The number written in `text`, if it is nothing else; blank text is none. */
export function numberIn(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** With two decimals, as percents are shown. */
export const toHundredths = (value: number): number => Math.round(value * 100) / 100;

/** With four decimals, as ratios are shown. */
export const toTenThousandths = (value: number): number => Math.round(value * 10_000) / 10_000;

/** What `part` is of `whole`, from 0 to 1 with four decimals; of nothing it is unknown. */
export const ratioOf = (part: number, whole: number): number | undefined =>
  whole > 0 ? toTenThousandths(part / whole) : undefined;

/** A rate as it is shown: whole from 100 up, with two decimals below. */
export const toRate = (value: number): number => (value >= 100 ? Math.round(value) : toHundredths(value));

/** What `part` is of `whole`, in percent with two decimals; 0 of nothing is 0. */
export const percentOf = (part: number, whole: number): number => (whole > 0 ? toHundredths((100 * part) / whole) : 0);
