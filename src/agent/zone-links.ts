import { PEER_PORT } from '../base/default-ports.ts';
import type { Link } from '../gossip/zones/link.ts';
import type { ZoneWays } from '../gossip/zones/zone-place.ts';
import type { PeerClient } from '../peer/client.ts';
import type { Peer } from '../peer/route.ts';
import type { PeerStream } from '../peer/stream.ts';
import type { Setting } from './parts.ts';

/** The part of the peer API that links zones. */
export const ZONES_PART = 'zones';

/** A side that lets so many bytes wait is cut off; what it missed it gets when it is back. */
const MOST_UNSENT = 12 * 1024 * 1024;

/** Where this node's zone is among others, as the files say at any moment, and the way to the zone above. */
export function zoneWays({ zones, written }: Setting, client: PeerClient): ZoneWays {
  const { own } = zones;
  const { peer_port, seeds } = written.loaded.config;
  const isWithin = (zone: string, top: string) => zone === top || zones.tree.ancestors(zone).includes(top);
  return {
    place: {
      get parent() {
        return zones.tree.parentOf(own);
      },
      isChild: (zone) => zones.tree.parentOf(zone) === own,
      isWithin,
      isKeyed: (zone) => zones.keyrings.some((held) => held.zone === zone),
    },
    isVisible: (seen) => seen.zone !== own && zones.tree.isVisible(own, seen),
    seeds,
    peerPort: peer_port === 'off' || peer_port === 0 ? PEER_PORT : peer_port,
    open: async (to) => linkOn(await client.open(to, ZONES_PART, { zone: own })),
  };
}

/** A link over a stream between peers. */
export const linkOn = (stream: PeerStream): Link => ({
  send(frame) {
    stream.send(frame);
    return stream.unsent < MOST_UNSENT;
  },
  onFrame: (listen) => stream.onFrame(listen),
  onClose: (listen) => stream.onClose(() => listen()),
  close: () => stream.close(),
});

/** The zone whose key a peer has shown; nothing where nothing is encrypted. */
export const provenZone = ({ proof, zone }: Peer): string | undefined => (proof === 'key' ? zone : undefined);
