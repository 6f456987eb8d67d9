#include "CLinux.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { MAX_EVENTS = 64 };

int clinux_poller_create(void) {
    int poller = epoll_create1(EPOLL_CLOEXEC);
    return poller < 0 ? -errno : poller;
}

int clinux_poller_add(int poller, int descriptor, uint64_t token) {
    // Level-triggered: what one bounded batch leaves behind is reported again in the next round.
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(poller, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

int clinux_poller_remove(int poller, int descriptor) {
    return epoll_ctl(poller, EPOLL_CTL_DEL, descriptor, NULL) < 0 ? -errno : 0;
}

int clinux_poller_wait(int poller, uint64_t *tokens, int capacity, int milliseconds) {
    struct epoll_event events[MAX_EVENTS];
    int count = epoll_wait(poller, events, capacity < MAX_EVENTS ? capacity : MAX_EVENTS, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) tokens[index] = events[index].data.u64;
    return count;
}

int clinux_event_create(void) {
    int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return event < 0 ? -errno : event;
}

void clinux_event_signal(int event) {
    // It can only fail by being signalled 2^64 - 2 times already, and then it is signalled.
    eventfd_write(event, 1);
}

void clinux_event_clear(int event) {
    eventfd_t count;
    eventfd_read(event, &count);
}

struct thread_start {
    void (*body)(void *);
    void *context;
    char name[16];
};

static void *run_thread(void *argument) {
    struct thread_start start = *(struct thread_start *)argument;
    free(argument);
    pthread_setname_np(pthread_self(), start.name);
    start.body(start.context);
    return NULL;
}

int clinux_thread_start(const char *name, void (*body)(void *), void *context) {
    struct thread_start *start = malloc(sizeof *start);
    if (start == NULL) return -ENOMEM;
    start->body = body;
    start->context = context;
    snprintf(start->name, sizeof start->name, "%s", name);

    pthread_t thread;
    int failure = pthread_create(&thread, NULL, run_thread, start);
    if (failure != 0) {
        free(start);
        return -failure;
    }
    pthread_detach(thread);
    return 0;
}
