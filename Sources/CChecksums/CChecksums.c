#include "CChecksums.h"

#include <string.h>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

// MARK: Internet checksum

/// Sums 32-bit words into 64 bits, which cannot overflow below 16 GiB; byte order is put right at the end
/// (RFC 1071 section 2 (B)).
static uint64_t wordSum(const unsigned char *bytes, size_t count) {
  uint64_t sum = 0;
  size_t words = count / 4;
  for (size_t i = 0; i < words; i++) {
    uint32_t word;
    memcpy(&word, bytes + 4 * i, sizeof word);
    sum += word;
  }
  if (count & 2) {
    uint16_t half;
    memcpy(&half, bytes + 4 * words, sizeof half);
    sum += half;
  }
  if (count & 1) {
    uint16_t half = 0;
    memcpy(&half, bytes + count - 1, 1);
    sum += half;
  }
  return sum;
}

static uint16_t folded(uint64_t sum) {
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 32) + (sum & 0xffffffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  sum = (sum >> 16) + (sum & 0xffff);
  uint16_t result = (uint16_t)sum;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  result = (uint16_t)(result << 8 | result >> 8);
#endif
  return result;
}

uint16_t wtInternetSum(const void *bytes, size_t count) { return folded(wordSum(bytes, count)); }

// MARK: CRC-32C

// The polynomial 0x1edc6f41, its bits reversed.
#define POLYNOMIAL 0x82f63b78u

// byteTables[k][b]: the remainder of byte b followed by k zero bytes.
static uint32_t byteTables[8][256];

// Three lanes of this many bytes are taken side by side, because the processor's crc32 has a latency of three.
#define LONG_LANE 4096
#define SHORT_LANE 256

// shiftTables[k][b]: what byte k of a remainder, being b, becomes after a lane of zero bytes.
static uint32_t longShift[4][256];
static uint32_t shortShift[4][256];

static void makeShiftTable(uint32_t table[4][256], size_t lane) {
  uint32_t bits[32];
  for (int bit = 0; bit < 32; bit++) {
    uint32_t remainder = 1u << bit;
    for (size_t i = 0; i < lane; i++)
      remainder = remainder >> 8 ^ byteTables[0][remainder & 0xff];
    bits[bit] = remainder;
  }
  // The remainder is linear: a byte's image is the sum of its bits' images.
  for (int position = 0; position < 4; position++)
    for (int byte = 0; byte < 256; byte++) {
      uint32_t image = 0;
      for (int bit = 0; bit < 8; bit++)
        if (byte >> bit & 1) image ^= bits[8 * position + bit];
      table[position][byte] = image;
    }
}

static int hasInstruction;

// Runs before main, hence before any other thread.
__attribute__((constructor)) static void makeTables(void) {
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t remainder = byte;
    for (int bit = 0; bit < 8; bit++) remainder = remainder >> 1 ^ (remainder & 1 ? POLYNOMIAL : 0);
    byteTables[0][byte] = remainder;
  }
  for (int k = 1; k < 8; k++)
    for (int byte = 0; byte < 256; byte++) {
      uint32_t previous = byteTables[k - 1][byte];
      byteTables[k][byte] = previous >> 8 ^ byteTables[0][previous & 0xff];
    }
#if defined(__x86_64__)
  makeShiftTable(longShift, LONG_LANE);
  makeShiftTable(shortShift, SHORT_LANE);
  hasInstruction = __builtin_cpu_supports("sse4.2") != 0;
#endif
}

uint32_t wtCRC32CPortable(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  uint32_t remainder = ~crc;
  for (; count >= 8; count -= 8, next += 8) {
    uint32_t low = remainder ^ ((uint32_t)next[0] | (uint32_t)next[1] << 8 | (uint32_t)next[2] << 16 |
                                (uint32_t)next[3] << 24);
    remainder = byteTables[7][low & 0xff] ^ byteTables[6][low >> 8 & 0xff] ^
                byteTables[5][low >> 16 & 0xff] ^ byteTables[4][low >> 24] ^ byteTables[3][next[4]] ^
                byteTables[2][next[5]] ^ byteTables[1][next[6]] ^ byteTables[0][next[7]];
  }
  for (; count > 0; count--, next++) remainder = remainder >> 8 ^ byteTables[0][(remainder ^ *next) & 0xff];
  return ~remainder;
}

#if defined(__x86_64__)
static inline uint32_t shifted(uint32_t table[4][256], uint32_t remainder) {
  return table[0][remainder & 0xff] ^ table[1][remainder >> 8 & 0xff] ^ table[2][remainder >> 16 & 0xff] ^
         table[3][remainder >> 24];
}

__attribute__((target("sse4.2"))) static inline uint64_t step(uint64_t remainder, const unsigned char *next) {
  uint64_t word;
  memcpy(&word, next, sizeof word);
  return _mm_crc32_u64(remainder, word);
}

/// Takes three adjacent lanes and joins their remainders.
__attribute__((target("sse4.2"))) static inline uint32_t threeLanes(
    uint32_t remainder, const unsigned char *next, size_t lane, uint32_t table[4][256]) {
  uint64_t first = remainder, second = 0, third = 0;
  for (size_t i = 0; i < lane; i += 8) {
    first = step(first, next + i);
    second = step(second, next + lane + i);
    third = step(third, next + 2 * lane + i);
  }
  uint32_t joined = shifted(table, (uint32_t)first) ^ (uint32_t)second;
  return shifted(table, joined) ^ (uint32_t)third;
}

__attribute__((target("sse4.2"))) static uint32_t crcByInstruction(
    uint32_t crc, const unsigned char *next, size_t count) {
  uint32_t remainder = ~crc;
  for (; count >= 3 * LONG_LANE; count -= 3 * LONG_LANE, next += 3 * LONG_LANE)
    remainder = threeLanes(remainder, next, LONG_LANE, longShift);
  for (; count >= 3 * SHORT_LANE; count -= 3 * SHORT_LANE, next += 3 * SHORT_LANE)
    remainder = threeLanes(remainder, next, SHORT_LANE, shortShift);
  for (; count >= 8; count -= 8, next += 8) remainder = (uint32_t)step(remainder, next);
  for (; count > 0; count--, next++) remainder = _mm_crc32_u8(remainder, *next);
  return ~remainder;
}
#endif

uint32_t wtCRC32C(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (hasInstruction) return crcByInstruction(crc, bytes, count);
#endif
  return wtCRC32CPortable(crc, bytes, count);
}

// MARK: Both, and a copy

uint16_t wtCopyChecksummed(void *destination, const void *bytes, size_t count, uint32_t *crc) {
  // Even, so that the words of one block do not straddle into the next; small enough for the first-level cache.
  const size_t block = 3 * LONG_LANE;
  const unsigned char *source = bytes;
  unsigned char *target = destination;
  uint64_t sum = 0;
  while (count > 0) {
    size_t taken = count < block ? count : block;
    *crc = wtCRC32C(*crc, source, taken);
    memcpy(target, source, taken);
    sum += wordSum(target, taken);
    source += taken;
    target += taken;
    count -= taken;
  }
  return folded(sum);
}
