// SPDX-License-Identifier: Apache-2.0
//
// The loops of the benchmarks as a C driver would write them. Each does `count` operations and returns something that
// depends on all of them.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

uint32_t read32(const volatile uint32_t *reg, long count)
{
    uint32_t sum = 0;
    for (long i = 0; i < count; i++)
        sum += *reg;
    return sum;
}

uint32_t write32(volatile uint32_t *reg, long count)
{
    for (long i = 0; i < count; i++) {
        __atomic_thread_fence(__ATOMIC_RELEASE);
        *reg = (uint32_t)i;
    }
    return (uint32_t)count;
}

uint32_t trapped_read32(int fd, long offset, long count)
{
    uint32_t sum = 0, value = 0;
    for (long i = 0; i < count; i++) {
        if (pread(fd, &value, sizeof value, offset) != sizeof value)
            return 0;
        sum += value;
    }
    return sum;
}

uint32_t poll_eventfd(int fd, long count)
{
    uint32_t fired = 0;
    uint64_t value;
    for (long i = 0; i < count; i++)
        fired += read(fd, &value, sizeof value) == sizeof value;
    return fired;
}

uint32_t poll_completion(const uint32_t *entry, uint32_t expected, long count)
{
    uint32_t found = 0;
    for (long i = 0; i < count; i++)
        found += __atomic_load_n(entry, __ATOMIC_ACQUIRE) == expected;
    return found;
}

// A vfio-user server that answers everything at once, and the client that goes with it: the floor of a register access
// over a socket. Header: id, command, size, flags, error; see the protocol's specification.

struct header {
    uint16_t id, command;
    uint32_t size, flags, error;
};

enum { VERSION = 1, GET_INFO = 4, GET_REGION_INFO = 5, REGION_READ = 9, REPLY = 1, REGIONS = 9, REGION_SIZE = 4096 };

static int receive(int fd, void *buffer, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t got = recv(fd, (char *)buffer + done, size - done, 0);
        if (got <= 0)
            return -1;
        done += (size_t)got;
    }
    return 0;
}

static void answer(int fd, struct header *command, const uint32_t *asked, char *reply)
{
    uint32_t *payload = (uint32_t *)(reply + sizeof *command);
    uint32_t size = 0;
    memset(payload, 0, 64);
    switch (command->command) {
    case VERSION:
        size = 4;
        break;
    case GET_INFO:
        size = 16;
        payload[0] = 16, payload[1] = 1, payload[2] = REGIONS;
        break;
    case GET_REGION_INFO:
        size = 32;
        payload[0] = 32, payload[1] = 3, payload[2] = asked[2], payload[4] = REGION_SIZE;
        break;
    case REGION_READ:
        size = 16 + asked[3];
        memcpy(payload, asked, 16);
        break;
    }
    command->flags = REPLY;
    command->size = (uint32_t)sizeof *command + size;
    memcpy(reply, command, sizeof *command);
    send(fd, reply, command->size, MSG_NOSIGNAL);
}

static void *serve(void *argument)
{
    static const size_t most = 8192;
    int fd = (int)(intptr_t)argument;
    struct header command;
    uint32_t asked[8192 / 4];
    char reply[8192];
    while (receive(fd, &command, sizeof command) == 0) {
        size_t size = command.size - sizeof command;
        if (size > most - 64 || receive(fd, asked, size) != 0)
            break;
        answer(fd, &command, asked, reply);
    }
    close(fd);
    return 0;
}

static void *accept_all(void *argument)
{
    int listening = (int)(intptr_t)argument, fd;
    pthread_t thread;
    while ((fd = accept(listening, 0, 0)) >= 0)
        if (pthread_create(&thread, 0, serve, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
    return 0;
}

static int unix_socket(const char *path, struct sockaddr_un *address)
{
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    strncpy(address->sun_path, path, sizeof address->sun_path - 1);
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

int echo_start(const char *path)
{
    struct sockaddr_un address;
    pthread_t thread;
    int fd = unix_socket(path, &address);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) != 0 || listen(fd, 4) != 0)
        return -1;
    return pthread_create(&thread, 0, accept_all, (void *)(intptr_t)fd) == 0 ? pthread_detach(thread) : -1;
}

int echo_connect(const char *path)
{
    struct sockaddr_un address;
    int fd = unix_socket(path, &address);
    return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

uint32_t region_read32(int fd, long count)
{
    struct {
        struct header header;
        uint64_t offset;
        uint32_t region, count, data;
    } command = {.count = 4}, reply;
    uint32_t sum = 0;
    command.header.command = REGION_READ;
    command.header.size = 32;
    for (long i = 0; i < count; i++) {
        command.header.id = (uint16_t)i;
        if (send(fd, &command, 32, MSG_NOSIGNAL) != 32 || receive(fd, &reply, 36) != 0)
            return 0;
        sum += reply.data;
    }
    return sum;
}
