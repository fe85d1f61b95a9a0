#pragma once

/* What Swift has no word for: has the line of memory at this place brought into the cache, without waiting for it. Any
   address will do. */
static inline void faxprobe_bring_near(const void *place) {
    __builtin_prefetch(place);
}

/* The same, to write there soon: nobody else keeps the line. */
static inline void faxprobe_bring_near_to_write(const void *place) {
#if defined(__x86_64__)
    /* The compiler asks for the line to read where it is not told the kind of processor; those without the instruction
       pass over it. */
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)place));
#else
    __builtin_prefetch(place, 1);
#endif
}
