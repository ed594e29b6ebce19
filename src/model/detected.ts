import type { Detected } from './pool.ts';

/**
 * Whom to join of those that answered to a node of `zone`: the proxy with the highest id, else the node with the highest id; nothing when
 * nobody did. Only who is in the same zone can be joined, or in none, as plain Serf agents are.
 */
export function bestToJoin<Found extends Pick<Detected, 'id' | 'zone' | 'isProxy'>>(
  detected: readonly Found[],
  zone: string,
): Found | undefined {
  const ours = detected.filter((each) => each.zone === zone || each.zone === '');
  const proxies = ours.filter(({ isProxy }) => isProxy);
  const choice = proxies.length > 0 ? proxies : ours;
  return choice.reduce<Found | undefined>((best, node) => (best && best.id >= node.id ? best : node), undefined);
}
