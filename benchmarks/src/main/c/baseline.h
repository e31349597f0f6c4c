// SPDX-License-Identifier: Apache-2.0
//
// Each loop does `count` operations as a C driver would write them, and returns something that depends on all of them.
// Its arguments are numbers: addresses, descriptors and values, in the order that its comment tells.
#ifndef BASELINE_H
#define BASELINE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <stdint.h>

#define LOOP(name) uint64_t name(const uint64_t *arguments, uint64_t count)

static inline void *address(uint64_t argument)
{
    return (void *)(uintptr_t)argument;
}

// What Thread.onSpinWait is.
static inline void spin_wait(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb" ::: "memory");
#endif
}

#endif
