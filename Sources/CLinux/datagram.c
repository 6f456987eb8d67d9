#include "address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

// Room for a time stamp and one IP_PKTINFO or IPV6_PKTINFO, aligned as CMSG_FIRSTHDR wants it.
union control {
    struct cmsghdr aligned;
    char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(struct timespec))];
};

static const int64_t SECOND = 1000000000;

struct clinux_batch {
    int capacity;
    int datagram_bytes;
    int count;
    uint16_t local_port;
    /// When it was received, by the clock that the kernel stamps datagrams with.
    int64_t received;
    uint8_t *storage;
    struct mmsghdr *messages;
    struct iovec *vectors;
    struct sockaddr_storage *remotes;
    union control *controls;
};

static int set_option(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value);
}

/// The forced variants pass net.core.{r,w}mem_max by, and need CAP_NET_ADMIN.
static int set_buffer(int descriptor, int forced, int plain, int bytes) {
    if (set_option(descriptor, SOL_SOCKET, forced, bytes) < 0) set_option(descriptor, SOL_SOCKET, plain, bytes);
    int granted = 0;
    socklen_t size = sizeof granted;
    getsockopt(descriptor, SOL_SOCKET, plain, &granted, &size);
    // The kernel doubles what it grants, for its bookkeeping (socket(7), SO_RCVBUF).
    return granted / 2;
}

static int configure(int descriptor, const struct clinux_address *address) {
    // Worth having, not worth failing for.
    set_option(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, 1);
    if (!address->is_v6) return set_option(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    if (set_option(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1) < 0) return -1;
    return set_option(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
}

static int bind_to(int descriptor, struct clinux_address *address) {
    struct sockaddr_storage storage;
    socklen_t size = clinux_to_socket_address(address, &storage);
    if (bind(descriptor, (struct sockaddr *)&storage, size) < 0) return -1;
    size = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &size) < 0) return -1;
    address->port = clinux_from_socket_address(&storage).port;
    return 0;
}

int clinux_tcp_probe(const struct clinux_address *address) {
    int descriptor = socket(address->is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int on = 1;
    // As servers do: connections that linger do not keep a port.
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_storage storage;
    socklen_t size = clinux_to_socket_address(address, &storage);
    int result = bind(descriptor, (struct sockaddr *)&storage, size) < 0 ? -errno : listen(descriptor, 1) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

int clinux_udp_open(struct clinux_address *address, struct clinux_socket_options *options) {
    int family = address->is_v6 ? AF_INET6 : AF_INET;
    int descriptor = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
    if (descriptor < 0) return -errno;
    if (configure(descriptor, address) < 0 || bind_to(descriptor, address) < 0) {
        int failure = errno;
        close(descriptor);
        return -failure;
    }
    options->receive_bytes = set_buffer(descriptor, SO_RCVBUFFORCE, SO_RCVBUF, options->receive_bytes);
    options->send_bytes = set_buffer(descriptor, SO_SNDBUFFORCE, SO_SNDBUF, options->send_bytes);
    return descriptor;
}

struct clinux_batch *clinux_batch_create(int capacity, int datagram_bytes) {
    struct clinux_batch *batch = calloc(1, sizeof *batch);
    if (batch == NULL) return NULL;
    batch->capacity = capacity;
    batch->datagram_bytes = datagram_bytes;
    batch->storage = malloc((size_t)capacity * (size_t)datagram_bytes);
    batch->messages = calloc((size_t)capacity, sizeof *batch->messages);
    batch->vectors = calloc((size_t)capacity, sizeof *batch->vectors);
    batch->remotes = calloc((size_t)capacity, sizeof *batch->remotes);
    batch->controls = calloc((size_t)capacity, sizeof *batch->controls);
    if (!batch->storage || !batch->messages || !batch->vectors || !batch->remotes || !batch->controls) {
        clinux_batch_free(batch);
        return NULL;
    }
    for (int index = 0; index < capacity; index++) {
        batch->vectors[index].iov_base = batch->storage + (size_t)index * (size_t)datagram_bytes;
        batch->messages[index].msg_hdr = (struct msghdr){
            .msg_name = &batch->remotes[index], .msg_iov = &batch->vectors[index], .msg_iovlen = 1};
    }
    return batch;
}

void clinux_batch_free(struct clinux_batch *batch) {
    free(batch->storage);
    free(batch->messages);
    free(batch->vectors);
    free(batch->remotes);
    free(batch->controls);
    free(batch);
}

int clinux_batch_receive(struct clinux_batch *batch, int descriptor, uint16_t local_port) {
    for (int index = 0; index < batch->capacity; index++) {
        struct msghdr *header = &batch->messages[index].msg_hdr;
        header->msg_namelen = sizeof batch->remotes[index];
        header->msg_control = &batch->controls[index];
        header->msg_controllen = sizeof batch->controls[index];
        batch->vectors[index].iov_len = (size_t)batch->datagram_bytes;
    }
    batch->local_port = local_port;
    batch->count = 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    batch->received = now.tv_sec * SECOND + now.tv_nsec;
    int count = recvmmsg(descriptor, batch->messages, (unsigned)batch->capacity, MSG_DONTWAIT, NULL);
    if (count < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    batch->count = count;
    return count;
}

static struct clinux_address local_address(struct msghdr *header, uint16_t port) {
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item != NULL; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            // The local address of the packet (ip(7)): unlike ipi_addr it can be replied from.
            return clinux_from_v4(info.ipi_spec_dst.s_addr ? info.ipi_spec_dst : info.ipi_addr, port);
        }
        if (item->cmsg_level == IPPROTO_IPV6 && item->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(item), sizeof info);
            return clinux_from_v6(&info.ipi6_addr, port);
        }
    }
    const struct sockaddr_storage *remote = header->msg_name;
    return (struct clinux_address){.port = port, .is_v6 = remote->ss_family == AF_INET6};
}

int clinux_batch_copy(
    const struct clinux_batch *batch, int index, uint8_t *bytes, struct clinux_address *from,
    struct clinux_address *on) {
    if (index < 0 || index >= batch->count) return -EINVAL;
    struct mmsghdr *message = &batch->messages[index];
    *from = clinux_from_socket_address(&batch->remotes[index]);
    *on = local_address(&message->msg_hdr, batch->local_port);
    memcpy(bytes, batch->vectors[index].iov_base, message->msg_len);
    return (int)message->msg_len;
}

int64_t clinux_batch_age(const struct clinux_batch *batch, int index) {
    if (index < 0 || index >= batch->count) return 0;
    struct msghdr *header = &batch->messages[index].msg_hdr;
    for (struct cmsghdr *item = CMSG_FIRSTHDR(header); item != NULL; item = CMSG_NXTHDR(header, item)) {
        if (item->cmsg_level != SOL_SOCKET || item->cmsg_type != SCM_TIMESTAMPNS) continue;
        struct timespec stamp;
        memcpy(&stamp, CMSG_DATA(item), sizeof stamp);
        int64_t age = batch->received - (stamp.tv_sec * SECOND + stamp.tv_nsec);
        // The clock on the wall may be set: what makes no sense is no age.
        return age > 0 && age < SECOND ? age : 0;
    }
    return 0;
}

int clinux_batch_queued(const struct clinux_batch *batch) { return batch->count; }

static void put_source(struct msghdr *header, union control *control, const struct clinux_address *from) {
    memset(control, 0, sizeof *control);
    struct cmsghdr *item = &control->aligned;
    header->msg_control = control;
    if (from->is_v6) {
        struct in6_pktinfo info = {.ipi6_addr = clinux_to_v6(from)};
        item->cmsg_level = IPPROTO_IPV6;
        item->cmsg_type = IPV6_PKTINFO;
        item->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(item), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    } else {
        struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)from->low)};
        item->cmsg_level = IPPROTO_IP;
        item->cmsg_type = IP_PKTINFO;
        item->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(item), &info, sizeof info);
        header->msg_controllen = CMSG_SPACE(sizeof info);
    }
}

int clinux_batch_queue(
    struct clinux_batch *batch, const uint8_t *bytes, int count, const struct clinux_address *to,
    const struct clinux_address *from) {
    if (count < 0 || count > batch->datagram_bytes) return -EMSGSIZE;
    if (batch->count == batch->capacity) return -ENOBUFS;
    int index = batch->count++;
    struct msghdr *header = &batch->messages[index].msg_hdr;
    memcpy(batch->vectors[index].iov_base, bytes, (size_t)count);
    batch->vectors[index].iov_len = (size_t)count;
    header->msg_namelen = clinux_to_socket_address(to, &batch->remotes[index]);
    header->msg_control = NULL;
    header->msg_controllen = 0;
    if (from != NULL) put_source(header, &batch->controls[index], from);
    return 0;
}

struct clinux_sent clinux_batch_send(struct clinux_batch *batch, int descriptor) {
    struct clinux_sent result = {0};
    int next = 0;
    while (next < batch->count) {
        int count = sendmmsg(descriptor, batch->messages + next, (unsigned)(batch->count - next), MSG_DONTWAIT);
        if (count > 0) {
            result.sent += count;
            next += count;
        } else if (count < 0 && errno == EINTR) {
            continue;
        } else if (count < 0 && (errno == EAGAIN || errno == ENOBUFS)) {
            result.blocked = batch->count - next;
            break;
        } else {
            // sendmmsg reports an error only of its first message: skip that one.
            result.refused++;
            next++;
        }
    }
    batch->count = 0;
    return result;
}
