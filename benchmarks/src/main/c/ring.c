// SPDX-License-Identifier: Apache-2.0
//
// A ring of 512 descriptors of 64 bytes: each is filled by nine stores, a doorbell in memory is told once for a batch, and
// the phase bit in a descriptor's last word says that it is new. What a driver keeps of a ring lies in memory, as it has many.
#include "baseline.h"
#include <pthread.h>

enum { SLOTS = 512 };

struct ring {
    uint32_t posted, released, tail, head, phase;
};

struct slot {
    uint64_t word[7];
    uint32_t last, status;
};

// Fills a descriptor for a device that a doorbell tells of it, or publishes its status last, for who looks at that.
static inline void fill(struct ring *ring, struct slot *slots, int publish)
{
    struct slot *slot = &slots[ring->tail];
    uint64_t *word = slot->word, value = ring->posted;
    uint32_t status = (uint32_t)(~value >> 9 & 1) << 31;
    word[0] = value;
    word[1] = value + 1;
    word[2] = 0;
    word[3] = 0;
    word[4] = value + 4;
    word[5] = value + 5;
    word[6] = value + 6;
    slot->last = 0;
    if (publish)
        __atomic_store_n(&slot->status, status, __ATOMIC_RELEASE);
    else
        slot->status = status;
    ring->posted++;
    ring->tail = ring->tail + 1 == SLOTS ? 0 : ring->tail + 1;
}

static inline struct slot *next(struct ring *ring, struct slot *slots)
{
    struct slot *slot = &slots[ring->head];
    uint32_t status = __atomic_load_n(&slot->status, __ATOMIC_ACQUIRE);
    if (status >> 31 != ring->phase)
        return 0;
    if (++ring->head == SLOTS) {
        ring->head = 0;
        ring->phase ^= 1;
    }
    return slot;
}

// Posts and polls on one thread. Arguments: the slots, the doorbell, the size of a batch, room for what is kept of a ring.
LOOP(ring_post_and_poll)
{
    struct slot *slots = address(arguments[0]), *slot;
    uint32_t *doorbell = address(arguments[1]);
    uint64_t batch = arguments[2], sum = 0;
    struct ring *ring = address(arguments[3]);
    *ring = (struct ring){.phase = 1};
    for (uint64_t done = 0; done < count; done += batch) {
        for (uint64_t i = 0; i < batch && ring->posted - ring->released < SLOTS; i++)
            fill(ring, slots, 0);
        __atomic_store_n(doorbell, ring->tail, __ATOMIC_RELEASE);
        while ((slot = next(ring, slots)) != 0) {
            sum += slot->word[1] + slot->status;
            ring->released++;
        }
    }
    return sum;
}

struct consumer {
    struct slot *slots;
    uint32_t *taken;
    uint64_t count, sum;
};

static void *take_all(void *argument)
{
    struct consumer *consumer = argument;
    struct ring ring = {.phase = 1};
    for (uint64_t taken = 0, told = 0; taken < consumer->count;) {
        struct slot *slot = next(&ring, consumer->slots);
        if (slot != 0) {
            consumer->sum += slot->word[1] + slot->status;
            taken++;
        } else if (taken != told) {
            told = taken;
            __atomic_store_n(consumer->taken, (uint32_t)taken, __ATOMIC_RELEASE);
        } else {
            spin_wait();
        }
    }
    __atomic_store_n(consumer->taken, (uint32_t)consumer->count, __ATOMIC_RELEASE);
    return 0;
}

// Posts here, polls on another thread, which tells how many it has taken where it finds none. Arguments: the slots, the
// word with how many are taken.
LOOP(ring_between_threads)
{
    struct slot *slots = address(arguments[0]);
    uint32_t *taken = address(arguments[1]);
    struct consumer consumer = {slots, taken, count, 0};
    struct ring ring = {.phase = 1};
    pthread_t thread;
    *taken = 0;
    if (pthread_create(&thread, 0, take_all, &consumer) != 0)
        return 0;
    while (ring.posted < count) {
        while (ring.posted - ring.released >= SLOTS) {
            ring.released = __atomic_load_n(taken, __ATOMIC_ACQUIRE);
            if (ring.posted - ring.released >= SLOTS)
                spin_wait();
        }
        fill(&ring, slots, 1);
    }
    pthread_join(thread, 0);
    return consumer.sum;
}
