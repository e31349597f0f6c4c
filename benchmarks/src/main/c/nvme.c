// SPDX-License-Identifier: Apache-2.0
//
// What an NVMe driver does for a command, and a controller that completes everything when its doorbell rings. Argument:
// how many commands there are to a doorbell, 64 at most.
#include "baseline.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ENTRIES = 256, COMMANDS = 64, READ = 2 };

struct command {
    uint8_t opcode, flags;
    uint16_t id;
    uint32_t namespace;
    uint64_t reserved, metadata, prp1, prp2, lba;
    uint32_t blocks, reserved13, reserved14, reserved15;
};

struct completion {
    uint32_t result, reserved;
    uint16_t head, queue, id, status;
};

struct request {
    uint64_t tag, told, nanos;
    uint16_t status;
    struct request *next;
};

struct queue {
    struct command commands[ENTRIES];
    struct completion completions[ENTRIES];
    struct request requests[COMMANDS], *free, *untold[COMMANDS];
    volatile uint32_t submission_doorbell, completion_doorbell;
    uint32_t tail, head, phase, untold_count;
    // the controller's
    uint32_t fetched, completed, completed_phase;
};

static __attribute__((noinline)) void ring(struct queue *queue, uint32_t tail)
{
    __atomic_thread_fence(__ATOMIC_RELEASE);
    queue->submission_doorbell = tail;
    while (queue->fetched != tail) {
        const struct command *command = &queue->commands[queue->fetched];
        struct completion *completion = &queue->completions[queue->completed];
        uint32_t status = queue->completed_phase;
        queue->fetched = (queue->fetched + 1) % ENTRIES;
        completion->result = 0;
        completion->head = (uint16_t)queue->fetched;
        completion->queue = 1;
        __atomic_store_n((uint32_t *)&completion->id, command->id | status << 16, __ATOMIC_RELEASE);
        queue->completed = (queue->completed + 1) % ENTRIES;
        if (queue->completed == 0)
            queue->completed_phase ^= 1;
    }
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void post(struct queue *queue, uint64_t tag)
{
    struct request *request = queue->free;
    struct command *command = &queue->commands[queue->tail];
    queue->free = request->next;
    request->tag = tag;
    queue->untold[queue->untold_count++] = request;
    memset(command, 0, sizeof *command);
    command->opcode = READ;
    command->id = (uint16_t)(request - queue->requests);
    command->namespace = 1;
    command->prp1 = 0x100000000 + tag % COMMANDS * 4096;
    command->lba = tag % 1024;
    queue->tail = (queue->tail + 1) % ENTRIES;
}

// Looks at the clock once for all commands that the controller is told of together.
static void tell(struct queue *queue)
{
    uint64_t time = now();
    for (uint32_t i = 0; i < queue->untold_count; i++)
        queue->untold[i]->told = time;
    queue->untold_count = 0;
    ring(queue, queue->tail);
}

static const struct completion *next(struct queue *queue, uint32_t ahead, uint32_t *word)
{
    uint32_t at = queue->head + ahead;
    const struct completion *completion = &queue->completions[at % ENTRIES];
    *word = __atomic_load_n((const uint32_t *)&completion->id, __ATOMIC_ACQUIRE);
    return (*word >> 16 & 1) == (queue->phase ^ (at >= ENTRIES)) ? completion : 0;
}

// Looks at the clock once for all completions that it finds together.
static uint64_t poll_all(struct queue *queue)
{
    uint64_t all = 0;
    uint32_t word, seen;
    do {
        for (seen = 0; seen < COMMANDS && next(queue, seen, &word) != 0; seen++)
            ;
        uint64_t time = seen == 0 ? 0 : now();
        for (uint32_t i = 0; i < seen && next(queue, 0, &word) != 0; i++) {
            struct request *request = &queue->requests[word & 0xffff];
            request->status = (uint16_t)(word >> 17);
            request->nanos = time - request->told;
            request->next = queue->free;
            queue->free = request;
            queue->head = (queue->head + 1) % ENTRIES;
            if (queue->head == 0)
                queue->phase ^= 1;
        }
        all += seen;
    } while (seen != 0);
    if (all != 0)
        queue->completion_doorbell = queue->head;
    return all;
}

LOOP(nvme_command)
{
    struct queue *queue = aligned_alloc(4096, (sizeof *queue + 4095) / 4096 * 4096);
    uint64_t batch = arguments[0], done = 0;
    memset(queue, 0, sizeof *queue);
    queue->phase = queue->completed_phase = 1;
    for (int i = 0; i < COMMANDS; i++) {
        queue->requests[i].next = queue->free;
        queue->free = &queue->requests[i];
    }
    while (done < count) {
        for (uint64_t i = 0; i < batch; i++)
            post(queue, done + i);
        tell(queue);
        done += poll_all(queue);
    }
    free(queue);
    return done;
}
