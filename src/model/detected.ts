import type { Detected } from './pool.ts';

/** Whom to join of those that answered: the proxy with the highest id, else the node with the highest id; nothing when nobody did. */
export function bestToJoin(detected: readonly Detected[]): Detected | undefined {
  const proxies = detected.filter(({ isProxy }) => isProxy);
  const choice = proxies.length > 0 ? proxies : detected;
  return choice.reduce<Detected | undefined>((best, node) => (best && best.id >= node.id ? best : node), undefined);
}
