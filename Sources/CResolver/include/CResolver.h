#pragma once

/* Asks the servers that the system names, or the given one, for the records of one type of a name. `server` is an IPv4
 * address and `port` a port in network order; 0 and 0: the system's. `seconds` and `tries` are those of one server.
 * The length of the answer, which may be more than `room`; 0: there are no such records; -1: nobody could say. */
int faxprobe_dns_query(const char *name, int type, unsigned int server, unsigned short port, int seconds, int tries,
                       unsigned char *answer, int room);
