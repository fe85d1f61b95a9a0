#ifndef FAXPROBE_CFAXENGINE_H
#define FAXPROBE_CFAXENGINE_H

/* What libspandsp 0.0.6 knows in its T.30 state and has no function for. Each takes a t30_state_t of this process. */

/* In the phase B handler of the side that will send: training begins at no more than this rate, with the modems that both
   sides have. */
void faxprobe_t30_limit_rate(void *t30, int bit_rate);

/* In the phase B handler of the side that has received and is to send next (polled after EOM): closes the received file,
   which libspandsp would leave open for good. */
void faxprobe_t30_end_reception(void *t30);

/* Octets of the page that a modem without error correction has taken so far. */
int faxprobe_t30_octets_sent(const void *t30);

/* Before a gateway (a t38_gateway_state_t) takes a packet. libspandsp 0.0.6 holds back rows of a page that are not whole, so
   that its modem never runs dry within one; but its buffer takes the first page behind a TCF for another TCF, because it was
   made ready at the end of the TCF, when no page was due. This tells an empty buffer what is due now. */
void faxprobe_gateway_ready_buffer(void *gateway);

#endif
