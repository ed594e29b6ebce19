const RESET = '\x1b[0m';

/** A text in a colour of the 256-colour palette of terminals. */
export const colored = (text: string, color: number): string => `\x1b[38;5;${color}m${text}${RESET}`;

/** Palette number of a hue from 0 (red) over green and blue to 1, fully saturated, in the palette's cube of 6 x 6 x 6 colours. */
export function rainbow(hue: number): number {
  const level = (offset: number) => {
    const distance = Math.abs((((hue + offset) * 6) % 6) - 3);
    return Math.round(5 * Math.min(1, Math.max(0, distance - 1)));
  };
  return 16 + 36 * level(0) + 6 * level(2 / 3) + level(1 / 3);
}

/** Palette number of the grey of what is not filled. */
export const GREY = 240;
