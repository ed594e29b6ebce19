import { ipBytes, ipText } from '../base/ip.ts';
import type { Member, ServiceSummary } from '../model/member.ts';
import { type NameForm, type NameIndex, nameKey } from './name-index.ts';
import type { Place } from './place.ts';
import { type ServiceRecord, TYPE } from './records.ts';
import type { AnswerSettings } from './settings.ts';
import { isAllowed, isLiving, serviceBadness, worstCheck } from './standing.ts';
import { isHostName, nameText } from './text.ts';

/** A name that exists: its records, which may be none. */
export interface Entry {
  readonly addresses: readonly string[];
  readonly services: readonly ServiceRecord[];
  /** One item of `key=value` each. */
  readonly texts: readonly string[];
  /** Names, without a dot at the end. */
  readonly pointers: readonly string[];
}

/** What was found at a place: nothing of that name is `undefined`. It holds until something of one of these keys changes. */
export interface Finding {
  readonly entry: Entry | undefined;
  readonly keys: readonly string[];
}

/** What a place is looked up in. */
export interface Source {
  readonly index: NameIndex;
  readonly settings: AnswerSettings;
  /** The domain that was asked, without dots at its ends. */
  readonly domain: string;
}

/** One service of one node. */
interface Instance {
  readonly member: Member;
  readonly name: string;
  readonly service: ServiceSummary;
}

const EMPTY: Entry = { addresses: [], services: [], texts: [], pointers: [] };
const MAX_TEXTS = 16;
const AND = '--and--';
const WORDS: ReadonlySet<string> = new Set(['tcp', 'udp']);
const HEX_DIGITS: ReadonlySet<number> = new Set([8, 32]);

/** What the pool holds at a place. */
export function lookUp(place: Place, source: Source): Finding {
  switch (place.kind) {
    case 'apex':
      return { entry: EMPTY, keys: [nameKey('self', '', '')] };
    case 'server':
      return { entry: { ...EMPTY, addresses: [source.index.self.address] }, keys: [nameKey('self', '', '')] };
    case 'path':
      return branch('zone', place.path === 'local' ? source.index.ownZone : place.path, source);
    case 'entry':
      return lookUpEntry(place, source);
    case 'service':
      return lookUpService(place, source);
    case 'srv':
      return either(lookUpPair(place, source), place.other, source);
    case 'word':
      return either(lookUpWord(place, source), place.other, source);
    case 'address':
      return lookUpAddress(place, source);
    case 'reverse':
      return lookUpReverse(place, source);
  }
}

type PlaceOf<Kind> = Extract<Place, { readonly kind: Kind }>;

/** A name that means two things is what it is found to be first. */
function either(first: Finding, other: Place, source: Source): Finding {
  if (first.entry) return first;
  const second = lookUp(other, source);
  return { entry: second.entry, keys: [...first.keys, ...second.keys] };
}

const zoneAsked = (zone: string, { index }: Source): string => (zone === '' || zone === 'local' ? index.ownZone : zone);

/** What every zone has, whoever is in it. */
const inZone = (zone: string, { index }: Source): Finding => ({
  entry: index.isZone(zone) ? EMPTY : undefined,
  keys: [nameKey('zone', '', zone)],
});

/** Something without records of its own, or what is on the way to it. */
function branch(form: NameForm, value: string, { index }: Source, zone = ''): Finding {
  const key = nameKey(form, zone, value);
  const isThere = form === 'zone' ? index.isZone(value) : index.members(key).length > 0;
  return { entry: isThere || index.isBranch(key) ? EMPTY : undefined, keys: [key] };
}

function lookUpEntry({ form, value, zone: written }: PlaceOf<'entry'>, source: Source): Finding {
  const zone = zoneAsked(written, source);
  if (value === '') return inZone(zone, source);
  const key = nameKey(form, zone, value);
  const known = source.index.members(key);
  if (known.length === 0) return branch(form, value, source, zone);
  const entry = form === 'node' ? nodeEntry(known, source) : groupEntry(known, value, source);
  return { entry, keys: [key] };
}

function nodeEntry(known: readonly Member[], { settings }: Source): Entry {
  const living = known.filter(isLiving);
  const chosen = openly(living, (member) => isAllowed(settings.names, worstCheck(member)), settings);
  return { ...EMPTY, addresses: addressesOf(chosen), texts: chosen.flatMap(textsOf).slice(0, MAX_TEXTS) };
}

function groupEntry(known: readonly Member[], group: string, source: Source): Entry {
  const { settings } = source;
  const living = known.filter((member) => isListed(member, source));
  const chosen = openly(living, (member) => isAllowed(settings.lists, worstCheck(member)), settings);
  const offering = chosen.flatMap((member) => instancesOf(member, group));
  const services = openly(offering, ({ service }) => isAllowed(settings.lists, serviceBadness(service)), settings);
  return { ...EMPTY, addresses: addressesOf(chosen), services: services.map((each) => serviceRecord(each, source)) };
}

const isListed = (member: Member, { index }: Source): boolean => isLiving(member) && !index.isDrained(member.id);

/** Those that the policy allows; where it leaves nobody, all when that is wished. */
function openly<T>(all: readonly T[], allows: (one: T) => boolean, { failOpen }: AnswerSettings): readonly T[] {
  const allowed = all.filter(allows);
  return allowed.length === 0 && failOpen ? all : allowed;
}

function lookUpService({ service, tags, zone: written }: PlaceOf<'service'>, source: Source): Finding {
  const zone = zoneAsked(written, source);
  if (service === '') return inZone(zone, source);
  const key = nameKey('service', zone, service);
  const known = source.index.members(key).flatMap((member) => instancesOf(member, service));
  if (known.length === 0) return branch('service', service, source, zone);
  const wanted = tags === '' ? [] : tags.split(AND);
  const fitting = known.filter(({ service: { tags: own } }) => wanted.every((tag) => hasTag(own, tag)));
  if (fitting.length > 0) return { entry: serviceEntry(fitting, source), keys: [key] };
  const isOnTheWay = known.some(({ service: { tags: own } }) => own.some((tag) => nameText(tag).endsWith(`.${tags}`)));
  return { entry: isOnTheWay ? EMPTY : undefined, keys: [key] };
}

const hasTag = (own: readonly string[], tag: string): boolean => own.some((each) => nameText(each) === tag);

/** `_tcp` and `_udp` choose by protocol, any other word by tag. */
function lookUpPair({ service, word, zone: written }: PlaceOf<'srv'>, source: Source): Finding {
  const key = nameKey('service', zoneAsked(written, source), service);
  const known = source.index.members(key).flatMap((member) => instancesOf(member, service));
  const fitting = known.filter(({ service: { protocol = 'tcp', tags } }) =>
    WORDS.has(word) ? lowerWord(protocol) === word : hasTag(tags, word),
  );
  return { entry: fitting.length > 0 ? serviceEntry(fitting, source) : undefined, keys: [key] };
}

const lowerWord = (protocol: string): string => protocol.toLowerCase();

function lookUpWord({ word, zone: written }: PlaceOf<'word'>, source: Source): Finding {
  const zone = zoneAsked(written, source);
  return WORDS.has(word) ? inZone(zone, source) : branch('tag', word, source, zone);
}

function serviceEntry(known: readonly Instance[], source: Source): Entry {
  const { settings } = source;
  const living = known.filter(({ member }) => isListed(member, source));
  const isFit = ({ member, service }: Instance) =>
    isAllowed(settings.lists, Math.max(worstCheck(member), serviceBadness(service)) as 0 | 1 | 2);
  const chosen = openly(living, isFit, settings);
  return {
    addresses: unique(chosen.map(({ member, service }) => service.address || member.address)),
    services: chosen.map((each) => serviceRecord(each, source)),
    texts: unique(chosen.flatMap(({ service }) => serviceTexts(service))).slice(0, MAX_TEXTS),
    pointers: [],
  };
}

const instancesOf = (member: Member, name: string): Instance[] =>
  [...member.services].flatMap(([own, service]) => (nameText(own) === name ? [{ member, name: own, service }] : []));

function serviceRecord({ member, service }: Instance, source: Source): ServiceRecord {
  const { weights = { passing: 1, warning: 1 }, port } = service;
  const address = service.address || member.address;
  return {
    type: TYPE.SRV,
    weight: service.state === 'warning' ? weights.warning : weights.passing,
    port,
    target: targetOf(member, address, source),
    address,
  };
}

/** The name of the node where that leads to this address, else one that spells the address. */
function targetOf(member: Member, address: string, { index, domain }: Source): string {
  const zone = index.zoneOf(member);
  const bytes = ipBytes(address);
  const isNode = address === member.address && isHostName(member.name);
  if (isNode || !bytes) return `${member.name}.node.${zone}.${domain}`;
  return `${Buffer.from(bytes).toString('hex')}.addr.${zone}.${domain}`;
}

function lookUpAddress({ value, zone: written }: PlaceOf<'address'>, source: Source): Finding {
  const zone = zoneAsked(written, source);
  const known = inZone(zone, source);
  if (value === '' || !known.entry) return known;
  const isHex = HEX_DIGITS.has(value.length) && /^[0-9a-f]+$/.test(value);
  const address = isHex ? ipText(Buffer.from(value, 'hex')) : undefined;
  // A mapped address is shown as IPv4 everywhere, but who asks for 16 bytes gets 16.
  const text = value.length === 32 && address && !address.includes(':') ? `::ffff:${address}` : address;
  return { ...known, entry: text ? { ...EMPTY, addresses: [text] } : undefined };
}

function lookUpReverse({ hex, family }: PlaceOf<'reverse'>, source: Source): Finding {
  const key = nameKey('address', '', hex);
  if (hex.length < (family === 4 ? 8 : 32)) return { entry: EMPTY, keys: [] };
  const living = source.index.members(key).filter(isLiving);
  const pointers = unique(living.flatMap((member) => nodePointer(member, hex, source)));
  const services = unique(living.flatMap((member) => servicePointers(member, hex, source)));
  const all = [...pointers.sort(), ...services.sort()];
  return { entry: all.length > 0 ? { ...EMPTY, pointers: all } : undefined, keys: [key] };
}

const hexOf = (address: string): string => Buffer.from(ipBytes(address) ?? []).toString('hex');

function nodePointer(member: Member, hex: string, { index, domain }: Source): string[] {
  if (hexOf(member.address) !== hex || !isHostName(member.name)) return [];
  return [`${member.name}.node.${index.zoneOf(member)}.${domain}`];
}

function servicePointers(member: Member, hex: string, { index, domain }: Source): string[] {
  return [...member.services].flatMap(([name, { address }]) =>
    address !== '' && hexOf(address) === hex && isHostName(name)
      ? [`${name}.service.${index.zoneOf(member)}.${domain}`]
      : [],
  );
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const addressesOf = (members: readonly Member[]): string[] => unique(members.map(({ address }) => address));

function textsOf(member: Member): string[] {
  return [
    `id=${member.id}`,
    `zone=${member.zone}`,
    `state=${member.state}`,
    `groups=${member.groups.join(',')}`,
    `version=${member.version}`,
  ];
}

const serviceTexts = ({ tags, meta }: ServiceSummary): string[] => [
  `tags=${tags.join(',')}`,
  ...[...meta].map(([key, value]) => `${key}=${value}`),
];
