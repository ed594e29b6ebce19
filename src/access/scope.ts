import type { Scope } from '../model/token.ts';

const CONTAINED: Readonly<Record<Scope, readonly Scope[]>> = {
  read: ['read'],
  write: ['read', 'write'],
  repair: ['read', 'repair'],
  admin: ['read', 'write', 'repair', 'admin'],
};

/** Whether who has a scope may do what needs another. */
export const covers = (scope: Scope, needed: Scope): boolean => CONTAINED[scope].includes(needed);

/** The scopes with which that may be done, smallest first, as they stand in a refusal. */
export const sufficient = (needed: Scope): string =>
  (Object.keys(CONTAINED) as Scope[]).filter((scope) => covers(scope, needed)).join(' or ');
