#pragma once

#include <stddef.h>
#include <stdint.h>

// Checksums of bulk bytes at memory speed. Every function reads exactly `count` bytes at `bytes`, which may be
// null only where `count` is 0, and needs no alignment.

/// The one's complement sum of the bytes as big-endian 16-bit words (RFC 1071), not complemented, an odd last byte
/// padded with zero.
///
/// To continue a sum at an odd offset, swap this result's two bytes before adding it.
uint16_t wtInternetSum(const void *bytes, size_t count);

/// Extends a CRC-32C (Castagnoli; RFC 3720 appendix B.4). Begin with 0; the value is final after every call.
uint32_t wtCRC32C(uint32_t crc, const void *bytes, size_t count);

/// The same by tables, on any processor.
uint32_t wtCRC32CPortable(uint32_t crc, const void *bytes, size_t count);

/// Copies `count` bytes to `destination`, which must not overlap them, while they are in the cache for both
/// checksums; returns `wtInternetSum` of them and extends `*crc`.
uint16_t wtCopyChecksummed(void *destination, const void *bytes, size_t count, uint32_t *crc);
