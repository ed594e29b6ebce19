interface Scaled {
  readonly unit: string;
  readonly max: number | null;
}

/** How a value is drawn on its scale. */
interface Share {
  /** The value, in percent where the unit is that. */
  readonly value: number;
  /** The part that is filled, 0 to 1; `null` when the scale is not known, or the value lies outside of it. */
  readonly share: number | null;
}

/**
 * The part of a ring or a bar that a value fills. Percents are sometimes written as fractions: one that is no whole number between 0 and 1
 * is meant so; what is a little above 100 by rounding is 100.
 */
export function shareOf(value: number, { unit, max }: Scaled): Share {
  if (unit !== '%') return { value, share: max === null || max <= 0 ? null : within(value / max) };
  const percent = value > 0 && value < 1 ? value * 100 : value > 100 && value < 101 ? 100 : value;
  return { value: percent, share: within(percent / 100) };
}

const within = (share: number): number | null => (share >= 0 && share <= 1 ? share : null);
