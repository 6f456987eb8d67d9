// What Swift's Glibc module does not export of Linux: epoll, eventfd, recvmmsg and sendmmsg with
// the macros around their control messages, and getifaddrs without pointer chasing.
//
// Every function that can fail returns a negative errno; none keeps a pointer it was given.
// _GNU_SOURCE is defined by the build, never here: in a header it makes types clash with Glibc's.
#ifndef LATHE_CLINUX_H
#define LATHE_CLINUX_H

#include <stdbool.h>
#include <stdint.h>

/// An IP address and port in host order; an IPv4 address is the low 32 bits of `low`.
struct clinux_address {
    uint64_t high;
    uint64_t low;
    uint16_t port;
    bool is_v6;
};

// MARK: epoll and eventfd

int clinux_poller_create(void);
int clinux_poller_add(int poller, int descriptor, uint64_t token);
int clinux_poller_remove(int poller, int descriptor);

/// Waits for readable descriptors, at most `milliseconds` (-1: without end), and fills `tokens`.
///
/// Returns how many tokens were filled; an interrupted wait returns none.
int clinux_poller_wait(int poller, uint64_t *tokens, int capacity, int milliseconds);

int clinux_event_create(void);
void clinux_event_signal(int event);
void clinux_event_clear(int event);

// MARK: threads

/// Starts a detached thread that runs `body(context)`, and names it (at most 15 bytes count).
int clinux_thread_start(const char *name, void (*body)(void *context), void *context);

// MARK: files

/// Gives a file the disk's room for bytes at and behind `offset`; its length stays as it is.
int clinux_allocate(int descriptor, int64_t offset, int64_t byte_count);

/// Returns when everything that was written to the file system of an open file is on the disk (syncfs(2)).
int clinux_sync_file_system(int descriptor);

/// Waits for writes that are on their way, and tells whether one of the file's has failed since that was last told.
int clinux_check_writes(int descriptor);

// MARK: the service manager

/// Sends `text` as one datagram to the socket at `path`, where `@` stands for an abstract name.
int clinux_tell_manager(const char *path, const char *text);

// MARK: the clock on the wall

/// Whether something keeps the machine's clock right (adjtimex(2)).
bool clinux_clock_is_synchronized(void);

// MARK: this program

/// The file that holds a function of this process, by its name; NULL if there is no such function.
const char *clinux_library_of(const char *function);

// MARK: UDP

/// Binds a TCP socket to `address` and closes it again; a negative errno if that does not work.
int clinux_tcp_probe(const struct clinux_address *address);

struct clinux_socket_options {
    /// Asked for, and after opening: what the kernel granted.
    int receive_bytes;
    int send_bytes;
};

/// Opens a non-blocking UDP socket bound to `address`, and stores the port that it got there.
int clinux_udp_open(struct clinux_address *address, struct clinux_socket_options *options);

/// Reusable room for a number of datagrams, either to receive or to send.
struct clinux_batch;

struct clinux_batch *clinux_batch_create(int capacity, int datagram_bytes);
void clinux_batch_free(struct clinux_batch *batch);

/// Receives as many datagrams as are there and fit; returns their number, 0 if none is there.
int clinux_batch_receive(struct clinux_batch *batch, int descriptor, uint16_t local_port);

/// Copies datagram `index` to `bytes`, which has room for the batch's `datagram_bytes`; returns its length.
int clinux_batch_copy(
    const struct clinux_batch *batch, int index, uint8_t *bytes, struct clinux_address *from,
    struct clinux_address *on);

/// How many nanoseconds datagram `index` had waited in the kernel when it was received, under a second; 0 if unknown.
int64_t clinux_batch_age(const struct clinux_batch *batch, int index);

/// How many datagrams wait to be sent.
int clinux_batch_queued(const struct clinux_batch *batch);

/// Queues a copy of a datagram; `from` may be NULL to let the kernel choose. Returns -ENOBUFS when full.
int clinux_batch_queue(
    struct clinux_batch *batch, const uint8_t *bytes, int count, const struct clinux_address *to,
    const struct clinux_address *from);

struct clinux_sent {
    /// Handed to the kernel.
    int sent;
    /// Dropped because the socket's send buffer was full.
    int blocked;
    /// Dropped because the kernel refused them (no route, forbidden, too long).
    int refused;
};

/// Sends all that is queued, and empties the queue.
struct clinux_sent clinux_batch_send(struct clinux_batch *batch, int descriptor);

// MARK: addresses

/// Fills `addresses` with those of the interfaces that are up; returns how many there are in all.
int clinux_host_addresses(struct clinux_address *addresses, int capacity);

#endif
