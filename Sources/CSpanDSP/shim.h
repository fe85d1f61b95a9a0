#include <stdint.h>
#include <stdio.h>
#include <stdbool.h>
#include <spandsp.h>

/* preset_fsk_specs has no size in its declaration, so Swift does not see it. */
static inline const fsk_spec_t *faxprobe_v21_channel_1(void) { return &preset_fsk_specs[FSK_V21CH1]; }
static inline const fsk_spec_t *faxprobe_v21_channel_2(void) { return &preset_fsk_specs[FSK_V21CH2]; }

/* A GNU extension that Swift's view of the C library leaves out. */
int memfd_create(const char *name, unsigned int flags);

/* A file in memory, not inherited by other programs; -1 and errno when there is none. */
static inline int faxprobe_memory_file(void) { return memfd_create("fax", 1 /* MFD_CLOEXEC */); }

/* The AT interpreter of a T.31 modem is the first member of its state (spandsp/private/t31.h), and there is no function
   that gives it: caller identification goes through it. */
static inline at_state_t *faxprobe_t31_interpreter(t31_state_t *modem) { return (at_state_t *) modem; }
