// SPDX-License-Identifier: Apache-2.0
//
// The loops of the benchmarks as a C driver would write them. Each does `count` operations and returns something that
// depends on all of them.
#include <stdint.h>
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
