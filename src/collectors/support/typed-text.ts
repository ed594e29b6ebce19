import type { Leaf } from '../../model/metrics.ts';

/** What a server writes as text: a number where it is one that we can hold exactly, otherwise the text. */
export function typedText(text: string): Leaf {
  if (/^-?\d+$/.test(text)) {
    const whole = Number(text);
    return Number.isSafeInteger(whole) ? whole : text;
  }
  return /^-?\d+\.\d+(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}
