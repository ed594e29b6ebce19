import type { Random } from '../../base/random.ts';
import type { Endpoint } from '../../net/address.ts';
import { BulkNews } from '../records/bulk-news.ts';
import { Carrier } from '../records/carrier.ts';
import { Courier } from '../records/courier.ts';
import { Library } from '../records/library.ts';
import { OwnRecord } from '../records/own-record.ts';
import { Intents } from '../serf/intents.ts';
import { LamportClock } from '../serf/lamport.ts';
import type { TagFacts } from '../serf/own-tags.ts';
import { SerfLayer } from '../serf/serf-layer.ts';
import { OWN_KINDS } from '../wire/messages.ts';
import { ForeignNews } from '../zones/foreign-news.ts';
import type { Visibility } from '../zones/foreigners.ts';
import { Conflicts } from './conflicts.ts';
import { Departure } from './departure.ts';
import { Desk } from './desk.ts';
import type { PartName } from './effect.ts';
import { Exchange } from './exchange.ts';
import { Isolation } from './isolation.ts';
import { isLive, type Node } from './node.ts';
import { Pings } from './pings.ts';
import { Prober } from './prober.ts';
import type { Profile } from './profile.ts';
import { Reachability } from './reachability.ts';
import { Reaper } from './reaper.ts';
import { Requests } from './requests.ts';
import { Returns } from './returns.ts';
import { Roster } from './roster.ts';
import { Rumors } from './rumors.ts';
import { type Identity, Self } from './self.ts';
import { Spreader } from './spreader.ts';
import { Testimonies } from './testimonies.ts';

/** Everything a core has to know when it starts. */
export interface CoreOptions extends Identity {
  readonly profile: Profile;
  readonly random: Random;
  readonly facts: TagFacts;
  /** 8 bytes that tell this run from all others. */
  readonly boot: Uint8Array;
  /** Clocks and record versions of the last run, if there was one. */
  readonly clocks?: readonly [member: number, event: number, query: number];
  readonly versions?: Readonly<Record<PartName, number>>;
  /** Whom of other zones this node may see; left out, nobody. */
  readonly isVisible?: Visibility;
  /** Everyone who is known from the start, in whatever state. */
  readonly members?: readonly Node[];
}

/** The parts that a core is made of. */
export type CoreParts = ReturnType<typeof assemble>;

const NO_VERSIONS = { base: 0, checks: 0, services: 0 } as const;

/** What every other part works with: time and dice, who is there, who we are, the way out, and the clocks. */
function foundation(options: CoreOptions) {
  const desk = new Desk(options.profile, options.random);
  const roster = new Roster(options.random);
  const spreader = new Spreader(desk, roster, options.name);
  const self = new Self({ desk, roster, spreader }, options);
  const [member = 1, event = 1, query = 1] = options.clocks ?? [];
  const clocks = { member: new LamportClock(member), event: new LamportClock(event), query: new LamportClock(query) };
  return { desk, roster, self, spreader, clocks };
}

/** Makes the parts of a core. They know each other through functions that are called later, so the order here is of no matter to them. */
export function assemble(options: CoreOptions) {
  const { facts, boot, versions = NO_VERSIONS, isVisible = () => false } = options;
  const shared = foundation(options);
  const { desk, roster, self } = shared;
  const requests = new Requests(desk);
  const reachability = new Reachability(desk);
  const library = new Library(desk);
  const courier = new Courier({ ...shared, boot });
  const serf: SerfLayer = new SerfLayer({
    ...shared,
    digests: () => carrier.digests,
    sendEvents: (node, body) => courier.send(node, OWN_KINDS.events, body),
    nameLost: (by) => self.silence(by),
  });
  courier.handle(OWN_KINDS.events, (body, from) => serf.receiveEvents(body, from));
  const pings = new Pings({ ...shared, acks: serf.acks });
  const isolation: Isolation = new Isolation({
    ...shared,
    pings,
    acquit: (name) => rumors.acquit(name),
    accuse: (name) => rumors.publish(name),
    refresh: (place) => exchange.refresh(place),
  });
  const own: OwnRecord = new OwnRecord({
    ...shared,
    library,
    facts,
    versions,
    publish: (delta) => carrier.publish(delta),
  });
  const surpass = (part: PartName, version: number) => own.surpass(part, version);
  const refresh = (teller: Endpoint) => exchange.refresh(teller);
  const isMember = (id: string): boolean => {
    const node = roster.get(carrier.nameOf(id) ?? '');
    return id === facts.id || (node !== undefined && isLive(node));
  };
  const digest = () => foreign.wholeDigest;
  const bulk = new BulkNews({ desk, courier, digest, exchange: (node) => carrier.compare(node) });
  const foreign: ForeignNews = new ForeignNews({ desk, bulk, courier, library, isVisible, isMember });
  const selfId = facts.id;
  const carrier: Carrier = new Carrier({ ...shared, bulk, courier, library, foreign, selfId, surpass, refresh });
  /** A member that is no longer in the list leaves nothing behind but, for a while, the reasons. */
  const forgotten = (node: Node) => {
    carrier.forgotten(node);
    serf.forget(node);
    reachability.forget(node.name);
    isolation.release(node.name);
    desk.evidence.forget(node.name, desk.now);
  };
  const intents = new Intents({ ...shared, selfName: self.name, isLeaving: () => self.isLeaving, forgotten });
  const watch = { pings, isolation, reachability };
  const rumors: Rumors = new Rumors({
    ...shared,
    ...watch,
    returns: new Returns(desk, () => exchange.refresh(undefined)),
    intents,
    conflicts: new Conflicts({ ...shared, pings, requests, claimed: (rival) => serf.onRival(rival) }),
    zone: facts.zone,
    arrived: (node, before) => carrier.noticed(node, before),
    departed: (node) => carrier.departed(node),
  });
  const parts = { ...shared, ...watch, requests, intents, rumors };
  const exchange: Exchange = new Exchange({ ...parts, carrier, serf, zone: facts.zone });
  const departure = new Departure(parts);
  const testimonies = new Testimonies({ ...shared, courier, selfName: self.name });
  const prober = new Prober({ ...parts, acks: serf.acks, testimonies });
  const reaper = new Reaper(desk, roster, forgotten);
  return { ...parts, library, own, courier, carrier, foreign, serf, exchange, departure, prober, reaper };
}
