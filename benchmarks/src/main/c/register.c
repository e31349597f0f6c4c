// SPDX-License-Identifier: Apache-2.0
//
// Registers in memory, of each width. Argument: the register.
#include "baseline.h"

#define REGISTER(width)                                                                                                \
    LOOP(read##width)                                                                                                  \
    {                                                                                                                  \
        const volatile uint##width##_t *reg = address(arguments[0]);                                                   \
        uint64_t sum = 0;                                                                                              \
        for (uint64_t i = 0; i < count; i++)                                                                           \
            sum += *reg;                                                                                               \
        return sum;                                                                                                    \
    }                                                                                                                  \
                                                                                                                       \
    LOOP(write##width)                                                                                                 \
    {                                                                                                                  \
        volatile uint##width##_t *reg = address(arguments[0]);                                                         \
        for (uint64_t i = 0; i < count; i++) {                                                                         \
            __atomic_thread_fence(__ATOMIC_RELEASE);                                                                   \
            *reg = (uint##width##_t)i;                                                                                 \
        }                                                                                                              \
        return count;                                                                                                  \
    }

REGISTER(8)
REGISTER(16)
REGISTER(32)
REGISTER(64)

// A doorbell after a descriptor of 64 bytes. Arguments: the descriptor, the doorbell.
LOOP(doorbell)
{
    uint64_t *descriptor = address(arguments[0]);
    volatile uint32_t *doorbell = address(arguments[1]);
    for (uint64_t i = 0; i < count; i++) {
        for (int word = 0; word < 8; word++)
            descriptor[word] = i + (uint64_t)word;
        __atomic_thread_fence(__ATOMIC_RELEASE);
        *doorbell = (uint32_t)i;
    }
    return count;
}

// A look at a completion that is not there. Arguments: the entry, the value that would mean it.
LOOP(completion_poll)
{
    const uint32_t *entry = address(arguments[0]);
    uint32_t expected = (uint32_t)arguments[1];
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++)
        found += __atomic_load_n(entry, __ATOMIC_ACQUIRE) == expected;
    return found;
}
