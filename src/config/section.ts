import { z } from 'zod';

/** A map of keys that all have a default, so that any part of it may be left out. */
export const section = <Shape extends z.ZodRawShape>(shape: Shape) => z.strictObject(shape).prefault({} as never);
