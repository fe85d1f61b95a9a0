#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SPANDSP_EXPOSE_INTERNAL_STRUCTURES
#include <spandsp.h>

#include "CFaxEngine.h"

/* The steps of libspandsp's fallback, fastest first, and the modem of each. */
static const struct {
    int bit_rate;
    int modem;
} steps[] = {
    {14400, T30_SUPPORT_V17}, {12000, T30_SUPPORT_V17}, {9600, T30_SUPPORT_V17},   {9600, T30_SUPPORT_V29},
    {7200, T30_SUPPORT_V17},  {7200, T30_SUPPORT_V29},  {4800, T30_SUPPORT_V27TER}, {2400, T30_SUPPORT_V27TER},
};

static const int last_step = sizeof(steps) / sizeof(steps[0]) - 1;

void faxprobe_t30_limit_rate(void *t30, int bit_rate) {
    t30_state_t *s = t30;
    int step = s->current_fallback;
    if (step < 0) return;
    while (step < last_step && (steps[step].bit_rate > bit_rate || !(steps[step].modem & s->current_permitted_modems))) step++;
    s->current_fallback = step;
}

/* libspandsp's own numbers of what is being done. */
enum { NOTHING_IN_PROGRESS = 0, RECEIVING_IN_PROGRESS = 1 };

void faxprobe_t30_end_reception(void *t30) {
    t30_state_t *s = t30;
    if (s->operation_in_progress != RECEIVING_IN_PROGRESS) return;
    t4_rx_release(&s->t4.rx);
    s->operation_in_progress = NOTHING_IN_PROGRESS;
}

int faxprobe_t30_octets_sent(const void *t30) {
    const t30_state_t *s = t30;
    return s->t4.tx.t4_t6_tx.bit_ptr;
}

/* libspandsp's own numbers of what its buffer waits for; nothing is in it then. */
enum { WAITING_FOR_TCF = 0, WAITING_FOR_FIRST_EOL = 2 };

void faxprobe_gateway_ready_buffer(void *gateway) {
    t38_gateway_state_t *s = gateway;
    t38_non_ecm_buffer_state_t *buffer = &s->core.non_ecm_to_modem;
    if (buffer->input_phase != WAITING_FOR_TCF && buffer->input_phase != WAITING_FOR_FIRST_EOL) return;
    buffer->input_phase = s->core.image_data_mode ? WAITING_FOR_FIRST_EOL : WAITING_FOR_TCF;
}
