#pragma once

/// Sets options of mallopt(3), the last three in bytes; without effect where the C library has no such options.
void clinux_tune_allocator(int arenas, int mmap_threshold, int trim_threshold, int top_pad);
