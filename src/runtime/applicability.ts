import { type GroupTest, groupTest } from '../expressions/group-test.ts';
import type { Yaml } from '../model/pack.ts';

/** Understands `if_group`: a test, a list of which any will do, or a plain yes or no. Throws when a test cannot be read. */
export function applicability(written: Yaml): GroupTest {
  if (typeof written === 'boolean') return () => written;
  return groupTest([written].flat().map(String));
}
