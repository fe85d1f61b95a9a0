#include <stdint.h>
#include <stdio.h>
#include <stdbool.h>
#include <spandsp.h>

/* preset_fsk_specs has no size in its declaration, so Swift does not see it. */
static inline const fsk_spec_t *faxprobe_v21_channel_1(void) { return &preset_fsk_specs[FSK_V21CH1]; }
static inline const fsk_spec_t *faxprobe_v21_channel_2(void) { return &preset_fsk_specs[FSK_V21CH2]; }
