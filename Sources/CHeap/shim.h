#pragma once

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Swift's view of the C library leaves out how its heap is set, and where the heap ends.

   Makes room for `room` octets at the heap's end, of which none is in use yet, and asks the system to back it by pages
   of 2 MiB. Returns for how many octets it agreed; 0 where it has no such pages. To be called on the first thread, as
   others have heaps of their own. */
static inline size_t faxprobe_heap_in_large_pages(int room) {
#if defined(__GLIBC__) && defined(MADV_HUGEPAGE)
    const uintptr_t page = (uintptr_t)2 << 20;
    /* What the library would come to by itself at most; setting any of these ends that it learns. */
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
    mallopt(M_TOP_PAD, room);
    mallopt(M_TRIM_THRESHOLD, 2 * room);
    /* More than is left at the start of a program: the heap grows, and by `room` beyond it. */
    void *probe = malloc(1 << 20);
    if (probe == NULL) return 0;
    const uintptr_t start = ((uintptr_t)probe + page - 1) & ~(page - 1);
    const uintptr_t end = (uintptr_t)sbrk(0) & ~(page - 1);
    free(probe);
    return start < end && madvise((void *)start, end - start, MADV_HUGEPAGE) == 0 ? end - start : 0;
#else
    return 0;
#endif
}
