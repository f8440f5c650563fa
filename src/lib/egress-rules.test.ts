import { describe, expect, it } from 'vitest'
import { addressKind, isMetadataHost, plainHost } from './egress-rules.ts'

describe('addressKind', () => {
  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '172.32.0.1',
    '192.0.1.1',
    '2606:4700:4700::1111',
    '::ffff:8.8.8.8',
  ])('takes %s as public', (address) => {
    expect(addressKind(address)).toBe('public')
  })

  it.each([
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '100.64.0.1',
    '100.127.255.255',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.1.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    '2001:db8::1',
    '2001::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:10.0.0.1',
    '::ffff:0:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:c0a8:101::1',
    'not an address',
    '',
  ])('takes %s as private', (address) => {
    expect(addressKind(address)).toBe('private')
  })

  it.each(['169.254.169.254', '169.254.170.2', '100.100.100.200', 'fd00:ec2::254', 'fd00:0ec2:0::0254'])(
    'takes %s as a metadata address',
    (address) => {
      expect(addressKind(address)).toBe('metadata')
    },
  )

  it.each(['::ffff:169.254.169.254', '::ffff:a9fe:a9fe', '64:ff9b::169.254.169.254', '2002:a9fe:a9fe::1'])(
    'sees the metadata address inside %s',
    (address) => {
      expect(addressKind(address)).toBe('metadata')
    },
  )
})

describe('isMetadataHost', () => {
  it.each([
    'metadata.google.internal',
    'METADATA.google.internal',
    'metadata.google.internal.',
    'metadata.goog',
  ])('knows %s', (host) => {
    expect(isMetadataHost(host)).toBe(true)
  })

  it('leaves other names alone', () => {
    expect(isMetadataHost('metadata.example.com')).toBe(false)
  })
})

it('writes a host plainly', () => {
  expect(plainHost('[::1]')).toBe('::1')
  expect(plainHost('Example.COM.')).toBe('example.com')
})
