#include "address.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>

struct clinux_address clinux_from_v4(struct in_addr address, uint16_t port) {
    return (struct clinux_address){.low = ntohl(address.s_addr), .port = port};
}

struct clinux_address clinux_from_v6(const struct in6_addr *address, uint16_t port) {
    uint64_t halves[2];
    memcpy(halves, address, sizeof halves);
    return (struct clinux_address){
        .high = be64toh(halves[0]), .low = be64toh(halves[1]), .port = port, .is_v6 = true};
}

struct clinux_address clinux_from_socket_address(const struct sockaddr_storage *storage) {
    if (storage->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)storage;
        return clinux_from_v6(&v6->sin6_addr, ntohs(v6->sin6_port));
    }
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)storage;
    return clinux_from_v4(v4->sin_addr, ntohs(v4->sin_port));
}

struct in6_addr clinux_to_v6(const struct clinux_address *address) {
    uint64_t halves[2] = {htobe64(address->high), htobe64(address->low)};
    struct in6_addr bytes;
    memcpy(&bytes, halves, sizeof bytes);
    return bytes;
}

socklen_t clinux_to_socket_address(const struct clinux_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    if (address->is_v6) {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)storage;
        v6->sin6_family = AF_INET6;
        v6->sin6_addr = clinux_to_v6(address);
        v6->sin6_port = htons(address->port);
        return sizeof *v6;
    }
    struct sockaddr_in *v4 = (struct sockaddr_in *)storage;
    v4->sin_family = AF_INET;
    v4->sin_addr.s_addr = htonl((uint32_t)address->low);
    v4->sin_port = htons(address->port);
    return sizeof *v4;
}

int clinux_host_addresses(struct clinux_address *addresses, int capacity) {
    struct ifaddrs *first;
    if (getifaddrs(&first) < 0) return -errno;
    int count = 0;
    for (struct ifaddrs *entry = first; entry != NULL; entry = entry->ifa_next) {
        if (entry->ifa_addr == NULL || !(entry->ifa_flags & IFF_UP)) continue;
        sa_family_t family = entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        if (count < capacity) {
            addresses[count] = family == AF_INET6
                ? clinux_from_v6(&((struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr, 0)
                : clinux_from_v4(((struct sockaddr_in *)entry->ifa_addr)->sin_addr, 0);
        }
        count++;
    }
    freeifaddrs(first);
    return count;
}
