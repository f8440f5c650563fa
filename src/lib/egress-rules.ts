import { BlockList, isIP, isIPv4 } from 'node:net'

/** `metadata` is never reachable; `private` only where the operator allows it. */
export type AddressKind = 'public' | 'private' | 'metadata'

const privateRanges: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]

/** Of IPv6 only 2000::/3 is global unicast; what is carved out of it follows. */
const reservedIpv6: readonly (readonly [string, number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
]

const metadataAddresses = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '100.100.100.200',
  '168.63.129.16',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
])
const metadataHosts = new Set(['metadata.google.internal', 'metadata.goog', 'instance-data.ec2.internal'])

const privateIpv4 = new BlockList()
for (const [network, bits] of privateRanges) privateIpv4.addSubnet(network, bits, 'ipv4')
const globalIpv6 = new BlockList()
globalIpv6.addSubnet('2000::', 3, 'ipv6')
const carvedOutIpv6 = new BlockList()
for (const [network, bits] of reservedIpv6) carvedOutIpv6.addSubnet(network, bits, 'ipv6')

/**
 * What kind of address this is. An IPv4 address written inside an IPv6 one (mapped, compatible, NAT64, 6to4) counts
 * as that IPv4 address, because that is where the packets go. Anything that is no address counts as private.
 */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return ipv4Kind(address)
  const groups = ipv6Groups(address)
  if (groups === null) return 'private'
  const text = ipv6Text(groups)
  if (metadataAddresses.has(text)) return 'metadata'
  const inner = embeddedIpv4(groups)
  if (inner !== null) return ipv4Kind(inner)
  return globalIpv6.check(text, 'ipv6') && !carvedOutIpv6.check(text, 'ipv6') ? 'public' : 'private'
}

function ipv4Kind(address: string): AddressKind {
  if (metadataAddresses.has(address)) return 'metadata'
  return privateIpv4.check(address, 'ipv4') ? 'private' : 'public'
}

export function isMetadataHost(hostname: string): boolean {
  return metadataHosts.has(plainHost(hostname))
}

/** Lower case, without the trailing dot and without the brackets of an IPv6 literal. */
export function plainHost(hostname: string): string {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname
  return bare.toLowerCase().replace(/\.+$/, '')
}

/** The eight 16-bit groups, or null when the text is no IPv6 address. A zone (`%eth0`) is ignored. */
function ipv6Groups(address: string): number[] | null {
  const bare = address.split('%')[0] ?? ''
  if (isIP(bare) !== 6) return null
  const normal = new URL(`http://[${bare}]/`).hostname.slice(1, -1)
  const [head = '', tail] = normal.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16))
}

function ipv6Text(groups: number[]): string {
  const full = groups.map((group) => group.toString(16)).join(':')
  return new URL(`http://[${full}]/`).hostname.slice(1, -1)
}

function embeddedIpv4(groups: number[]): string | null {
  const [first = 0, second = 0, third = 0, , , , seventh = 0, eighth = 0] = groups
  const zeros = (from: number, to: number) => groups.slice(from, to).every((group) => group === 0)
  if (zeros(0, 6)) return ipv4Text(seventh, eighth)
  if (zeros(0, 5) && groups[5] === 0xffff) return ipv4Text(seventh, eighth)
  if (zeros(0, 4) && groups[4] === 0xffff && groups[5] === 0) return ipv4Text(seventh, eighth)
  if (first === 0x64 && second === 0xff9b && zeros(2, 6)) return ipv4Text(seventh, eighth)
  if (first === 0x2002) return ipv4Text(second, third)
  return null
}

function ipv4Text(high: number, low: number): string {
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
}
