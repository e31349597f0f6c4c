// SPDX-License-Identifier: Apache-2.0
//
// The floor of what goes over a vfio-user socket: a server that answers everything at once, and the client that goes with
// it. Header: id, command, size, flags, error; see the protocol's specification.
#include "baseline.h"
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

struct header {
    uint16_t id, command;
    uint32_t size, flags, error;
};

enum { VERSION = 1, GET_INFO = 4, GET_REGION_INFO = 5, GET_REGION_IO_FDS = 6, REGION_READ = 9, REGION_WRITE = 10 };
enum { REGION_WRITE_MULTI = 15, REPLY = 1, REGIONS = 9, REGION_SIZE = 4096, MOST = 8192 };

// The register that is written by a signal, of four bytes, and where its value lies in the memory.
enum { POSTED = 64, SHADOW_IOEVENTFD = 2 };

struct part {
    uint64_t offset, size;
    uint32_t signal, type, flags, memory;
    uint64_t at, match;
};

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

// Both descriptors of a register that is written by a signal.
struct posted {
    int memory, signal;
    volatile uint32_t *value;
};

static int make_posted(struct posted *made)
{
    made->memory = memfd_create("registers", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    made->signal = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (made->memory < 0 || made->signal < 0 || ftruncate(made->memory, 4096) != 0
        || fcntl(made->memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
        return -1;
    made->value = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, made->memory, 0);
    return made->value == MAP_FAILED ? -1 : 0;
}

static void answer_posted(int fd, struct header *command, const uint32_t *asked, struct posted *posted)
{
    struct {
        struct header header;
        uint32_t argsz, flags, index, count;
        struct part part;
    } reply = {.header = *command, .argsz = 64, .index = asked[2], .count = 1};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control = {.header = {CMSG_LEN(2 * sizeof(int)), SOL_SOCKET, SCM_RIGHTS}};
    struct iovec all = {&reply, sizeof reply};
    struct msghdr message = {.msg_iov = &all, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (asked[2] != 0 || (posted->value == 0 && make_posted(posted) != 0)) {
        reply.argsz = 16, reply.count = 0;
        all.iov_len = sizeof reply - sizeof reply.part;
        message.msg_controllen = 0;
    }
    reply.header.flags = REPLY;
    reply.header.size = (uint32_t)all.iov_len;
    reply.part = (struct part){.offset = POSTED, .size = 4, .signal = 1, .type = SHADOW_IOEVENTFD};
    memcpy(CMSG_DATA(&control.header), (int[]){posted->memory, posted->signal}, 2 * sizeof(int));
    sendmsg(fd, &message, MSG_NOSIGNAL);
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
    case REGION_WRITE:
        size = 16;
        memcpy(payload, asked, 16);
        break;
    case REGION_WRITE_MULTI:
        size = 8;
        memcpy(payload, asked, 8);
        break;
    }
    command->flags = REPLY;
    command->size = (uint32_t)sizeof *command + size;
    memcpy(reply, command, sizeof *command);
    send(fd, reply, command->size, MSG_NOSIGNAL);
}

// Waits for a message, and takes the signals that come before it.
static void await(int fd, struct posted *posted)
{
    struct pollfd both[] = {{fd, POLLIN, 0}, {posted->signal, POLLIN, 0}};
    static volatile uint32_t written;
    uint64_t count;
    do {
        if (poll(both, 2, -1) > 0 && both[1].revents && read(posted->signal, &count, sizeof count) > 0)
            written = *posted->value;
    } while (!both[0].revents);
    (void)written;
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    struct posted posted = {-1, -1, 0};
    struct header command;
    uint32_t asked[MOST / 4];
    char reply[MOST];
    while (1) {
        if (posted.value)
            await(fd, &posted);
        if (receive(fd, &command, sizeof command) != 0)
            break;
        size_t size = command.size - sizeof command;
        if (size > MOST - 64 || receive(fd, asked, size) != 0)
            break;
        if (command.command == GET_REGION_IO_FDS)
            answer_posted(fd, &command, asked, &posted);
        else
            answer(fd, &command, asked, reply);
    }
    if (posted.value) {
        munmap((void *)posted.value, 4096);
        close(posted.memory);
        close(posted.signal);
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

// Starts the server, which runs until the process ends. Argument: the path of its socket.
LOOP(echo_start)
{
    struct sockaddr_un address_of;
    pthread_t thread;
    int fd = unix_socket(address(arguments[0]), &address_of);
    (void)count;
    if (fd < 0 || bind(fd, (struct sockaddr *)&address_of, sizeof address_of) != 0 || listen(fd, 4) != 0)
        return (uint64_t)-1;
    return pthread_create(&thread, 0, accept_all, (void *)(intptr_t)fd) == 0 ? (uint64_t)pthread_detach(thread)
                                                                             : (uint64_t)-1;
}

static int ask(int fd, const void *command, size_t size, void *reply, size_t expected)
{
    struct header *answered = reply;
    if (send(fd, command, size, MSG_NOSIGNAL) != (ssize_t)size || receive(fd, reply, sizeof *answered) != 0)
        return -1;
    if (answered->size < sizeof *answered || answered->size > expected || answered->flags != REPLY)
        return -1;
    return receive(fd, answered + 1, answered->size - sizeof *answered);
}

// Connects and says which version, as a client does first. Argument: the path of the socket. The descriptor, or -1.
LOOP(client_connect)
{
    // As long as what is answered: a server says no more than it was told.
    static const char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":16,\"max_data_xfer_size\":1048576,"
                                       "\"max_dma_maps\":65535,\"pgsizes\":4096,\"write_multiple\":true}}";
    struct {
        struct header header;
        uint16_t major, minor;
        char text[sizeof capabilities];
    } command = {.header.command = VERSION, .minor = 1};
    char reply[MOST];
    struct sockaddr_un address_of;
    int fd = unix_socket(address(arguments[0]), &address_of);
    (void)count;
    memcpy(command.text, capabilities, sizeof capabilities);
    command.header.size = (uint32_t)(sizeof command.header + 4 + sizeof capabilities);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address_of, sizeof address_of) != 0)
        return (uint64_t)-1;
    return ask(fd, &command, command.header.size, reply, sizeof reply) == 0 ? (uint64_t)fd : (uint64_t)-1;
}

struct access {
    struct header header;
    uint64_t offset;
    uint32_t region, count, data;
};

// The loops give -1 if they are refused. Arguments: the connection, the region, the offset.
LOOP(client_read32)
{
    struct access command = {.header = {.command = REGION_READ, .size = 32}, .count = 4}, reply;
    uint64_t sum = 0;
    command.region = (uint32_t)arguments[1];
    command.offset = arguments[2];
    for (uint64_t i = 0; i < count; i++) {
        command.header.id = (uint16_t)i;
        if (ask((int)arguments[0], &command, 32, &reply, 36) != 0)
            return (uint64_t)-1;
        sum += reply.data;
    }
    return sum;
}

// Arguments: the connection, the region, the offset.
LOOP(client_write32)
{
    struct access command = {.header = {.command = REGION_WRITE, .size = 36}, .count = 4}, reply;
    command.region = (uint32_t)arguments[1];
    command.offset = arguments[2];
    for (uint64_t i = 0; i < count; i++) {
        command.header.id = (uint16_t)i;
        command.data = (uint32_t)i;
        if (ask((int)arguments[0], &command, 36, &reply, 36) != 0)
            return (uint64_t)-1;
    }
    return count;
}

// Writes in messages of 16 writes each. Arguments: the connection, the region, the offset.
LOOP(client_write_multi)
{
    enum { WRITES = 16 };
    struct {
        struct header header;
        uint64_t writes;
        struct {
            uint64_t offset;
            uint32_t region, count;
            uint64_t data;
        } write[WRITES];
    } command = {.header = {.command = REGION_WRITE_MULTI, .size = sizeof command}, .writes = WRITES};
    char reply[64];
    for (uint64_t i = 0; i < count; i += WRITES) {
        command.header.id = (uint16_t)i;
        for (int j = 0; j < WRITES; j++) {
            command.write[j].offset = arguments[2];
            command.write[j].region = (uint32_t)arguments[1];
            command.write[j].count = 4;
            command.write[j].data = i + (uint64_t)j;
        }
        if (ask((int)arguments[0], &command, sizeof command, reply, sizeof reply) != 0)
            return (uint64_t)-1;
    }
    return count;
}

// Asks for the first register of a region that is written by a signal. Arguments: the connection, the region. What the
// loop below takes, or 0.
LOOP(client_ask_posted)
{
    struct {
        struct header header;
        uint32_t argsz, flags, index, count;
    } command = {.header = {.command = GET_REGION_IO_FDS, .size = sizeof command}, .argsz = 64};
    struct {
        struct header header;
        uint32_t argsz, flags, index, count;
        struct part part;
    } reply;
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec all = {&reply, sizeof reply};
    struct msghdr message = {.msg_iov = &all, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct posted *posted = malloc(sizeof *posted);
    int fds[2];
    (void)count;
    command.index = (uint32_t)arguments[1];
    if (!posted || send((int)arguments[0], &command, sizeof command, MSG_NOSIGNAL) != sizeof command
        || recvmsg((int)arguments[0], &message, MSG_WAITALL) != sizeof reply || reply.count != 1
        || message.msg_controllen != CMSG_SPACE(sizeof fds))
        return 0;
    memcpy(fds, CMSG_DATA(&control.header), sizeof fds);
    posted->memory = fds[reply.part.memory];
    posted->signal = fds[reply.part.signal];
    posted->value = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, posted->memory, (off_t)reply.part.at);
    return posted->value == MAP_FAILED ? 0 : (uint64_t)(uintptr_t)posted;
}

// Writes by signals, and reads the register at the end, so that all of it is done. Arguments: the connection, the region,
// the offset, and what client_ask_posted gave.
LOOP(client_signal32)
{
    struct posted *posted = address(arguments[3]);
    const uint64_t one = 1;
    for (uint64_t i = 0; i < count; i++) {
        *posted->value = (uint32_t)i;
        if (write(posted->signal, &one, sizeof one) != sizeof one)
            return (uint64_t)-1;
    }
    return client_read32(arguments, 1);
}
