#pragma once

#include <sys/types.h>

/* A GNU extension that Swift's view of the C library leaves out. */
int fallocate(int descriptor, int mode, off_t offset, off_t length);

/* Sets room aside on the disk without making the file longer; -1 and errno when there is none. */
static inline int faxprobe_set_room_aside(int descriptor, off_t offset, off_t length) {
    return fallocate(descriptor, 1 /* FALLOC_FL_KEEP_SIZE */, offset, length);
}
