import { z } from 'zod';

/** The port of a server. */
export const portOption = (port: number) =>
  z.coerce.number().int().min(1).max(65_535).default(port).describe('Port it listens at.');

/** A text that is empty unless it is given. */
export const textOption = (text: string, meaning: string) => z.string().default(text).describe(meaning);
