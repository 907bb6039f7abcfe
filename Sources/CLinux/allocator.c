#include "allocator.h"

#include <malloc.h>

void clinux_tune_allocator(int arenas, int mmap_threshold, int trim_threshold, int top_pad) {
#ifdef M_ARENA_MAX
  mallopt(M_ARENA_MAX, arenas);
  mallopt(M_MMAP_THRESHOLD, mmap_threshold);
  mallopt(M_TRIM_THRESHOLD, trim_threshold);
  mallopt(M_TOP_PAD, top_pad);
#endif
}
