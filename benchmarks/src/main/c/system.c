// SPDX-License-Identifier: Apache-2.0
//
// What goes through the kernel.
#include "baseline.h"
#include <sys/ioctl.h>
#include <unistd.h>

// Arguments: a file, an offset in it.
#define READ(name, type)                                                                                               \
    LOOP(name)                                                                                                         \
    {                                                                                                                  \
        uint64_t sum = 0;                                                                                              \
        type value = 0;                                                                                                \
        for (uint64_t i = 0; i < count; i++) {                                                                         \
            if (pread((int)arguments[0], &value, sizeof value, (off_t)arguments[1]) != sizeof value)                   \
                return 0;                                                                                              \
            sum += value;                                                                                              \
        }                                                                                                              \
        return sum;                                                                                                    \
    }

READ(trapped_read32, uint32_t)
READ(config_read16, uint16_t)

// Arguments: a file, an offset in it.
LOOP(trapped_write32)
{
    for (uint64_t i = 0; i < count; i++) {
        uint32_t value = (uint32_t)i;
        if (pwrite((int)arguments[0], &value, sizeof value, (off_t)arguments[1]) != sizeof value)
            return 0;
    }
    return count;
}

// Argument: a descriptor that says how much can be read from it.
LOOP(system_call_ioctl)
{
    uint64_t sum = 0;
    int ready = 0;
    for (uint64_t i = 0; i < count; i++) {
        if (ioctl((int)arguments[0], FIONREAD, &ready) != 0)
            return 0;
        sum += (uint64_t)ready;
    }
    return sum;
}

// Argument: an eventfd that does not block.
LOOP(interrupt_poll)
{
    uint64_t fired = 0, value;
    for (uint64_t i = 0; i < count; i++)
        fired += read((int)arguments[0], &value, sizeof value) == sizeof value;
    return fired;
}
