// SPDX-License-Identifier: Apache-2.0
//
// From the signal of an eventfd to the handler on another thread: this thread signals, and waits until the handler has
// counted. Argument: the eventfd, whose reads do not wait.
#include "baseline.h"
#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

struct handler {
    int fd, epoll;
    uint64_t limit;
    _Atomic uint64_t handled;
};

static int take(struct handler *handler)
{
    uint64_t value;
    if (read(handler->fd, &value, sizeof value) != sizeof value)
        return 0;
    handler->handled += value;
    return 1;
}

// Looks before it sleeps, as jvfio's await does: the next signal is often there by then.
static void *in_poll(void *argument)
{
    struct handler *handler = argument;
    struct pollfd one = {.fd = handler->fd, .events = POLLIN};
    while (handler->handled < handler->limit)
        if (!take(handler))
            poll(&one, 1, -1);
    return 0;
}

static void *in_epoll(void *argument)
{
    struct handler *handler = argument;
    struct epoll_event one;
    while (handler->handled < handler->limit)
        if (epoll_wait(handler->epoll, &one, 1, -1) == 1)
            take(handler);
    return 0;
}

static void *in_loop(void *argument)
{
    struct handler *handler = argument;
    while (handler->handled < handler->limit)
        take(handler);
    return 0;
}

static uint64_t signal_all(struct handler *handler, void *(*consumer)(void *), uint64_t count)
{
    pthread_t thread;
    uint64_t one = 1;
    handler->limit = count;
    if (pthread_create(&thread, 0, consumer, handler) != 0)
        return 0;
    for (uint64_t i = 1; i <= count; i++) {
        if (write(handler->fd, &one, sizeof one) != sizeof one)
            break;
        while (handler->handled < i)
            spin_wait();
    }
    pthread_join(thread, 0);
    return handler->handled;
}

LOOP(wait_in_poll)
{
    struct handler handler = {.fd = (int)arguments[0]};
    return signal_all(&handler, in_poll, count);
}

LOOP(wait_in_epoll)
{
    struct handler handler = {.fd = (int)arguments[0], .epoll = epoll_create1(EPOLL_CLOEXEC)};
    struct epoll_event event = {.events = EPOLLIN};
    uint64_t handled = 0;
    if (handler.epoll >= 0 && epoll_ctl(handler.epoll, EPOLL_CTL_ADD, handler.fd, &event) == 0)
        handled = signal_all(&handler, in_epoll, count);
    close(handler.epoll);
    return handled;
}

LOOP(wait_in_loop)
{
    struct handler handler = {.fd = (int)arguments[0]};
    return signal_all(&handler, in_loop, count);
}
