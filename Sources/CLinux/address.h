// Between the kernel's socket addresses and ours; private to this target.
#ifndef LATHE_CLINUX_ADDRESS_H
#define LATHE_CLINUX_ADDRESS_H

#include "CLinux.h"

#include <netinet/in.h>
#include <sys/socket.h>

struct clinux_address clinux_from_v4(struct in_addr address, uint16_t port);
struct clinux_address clinux_from_v6(const struct in6_addr *address, uint16_t port);
struct clinux_address clinux_from_socket_address(const struct sockaddr_storage *storage);
struct in6_addr clinux_to_v6(const struct clinux_address *address);

/// Returns the length of the socket address that was written.
socklen_t clinux_to_socket_address(const struct clinux_address *address, struct sockaddr_storage *storage);

#endif
