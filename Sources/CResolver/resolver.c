/* The state of the system's resolver is a C structure, whose headers would bring their own view of sockets into Swift. */
#include "CResolver.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

int faxprobe_dns_query(const char *name, int type, unsigned int server, unsigned short port, int seconds, int tries,
                       unsigned char *answer, int room) {
    struct __res_state state;
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) != 0) return -1;
    state.retrans = seconds;
    state.retry = tries;
    if (server != 0) {
        state.nscount = 1;
        state.nsaddr_list[0].sin_family = AF_INET;
        state.nsaddr_list[0].sin_addr.s_addr = server;
        state.nsaddr_list[0].sin_port = port;
    }
    int length = res_nquery(&state, name, ns_c_in, type, answer, room);
    if (length < 0) length = state.res_h_errno == HOST_NOT_FOUND || state.res_h_errno == NO_DATA ? 0 : -1;
    res_nclose(&state);
    return length;
}
