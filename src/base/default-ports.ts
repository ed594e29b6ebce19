/** An address of gossip without a port means this one, UDP and TCP. */
export const GOSSIP_PORT = 6_768;

/** Where agents ask each other unless the configuration says otherwise. */
export const PEER_PORT = 6_767;

/** Where the API is asked over TCP unless the configuration says otherwise. */
export const HTTP_PORT = 6_770;
