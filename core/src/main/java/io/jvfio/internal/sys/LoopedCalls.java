// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.invoke.MethodHandle;

/**
 * The C library's functions that are called in loops, linked as {@link Libc} links the others.
 *
 * <p>They are fields of an object, so that the compiler does not take them for constants. A constant handle becomes part of
 * its callers, and when those are some seven deep, the end of the call is no longer inlined (MaxInlineLevel): then each call
 * leaves an object of 40 bytes. Behind these handles a call is compiled by itself, which adds some tens of nanoseconds at
 * most.
 *
 * <p>Threads: immutable.
 */
final class LoopedCalls {
    /** {@code ssize_t read(int fd, void *buf, size_t count)}. */
    final MethodHandle read = Libc.link("read", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

    /** {@code ssize_t write(int fd, const void *buf, size_t count)}. */
    final MethodHandle write = Libc.link("write", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG);

    /** {@code ssize_t pread(int fd, void *buf, size_t count, off_t offset)}. */
    final MethodHandle pread = Libc.link("pread", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

    /** {@code ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)}. */
    final MethodHandle pwrite = Libc.link("pwrite", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG);

    /** {@code int ioctl(int fd, unsigned long request, void *argument)}. */
    final MethodHandle ioctlAddress = Libc.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);

    /** {@code int ioctl(int fd, unsigned long request, unsigned long argument)}. */
    final MethodHandle ioctlValue = Libc.variadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    /**
     * {@code ssize_t preadv2(int fd, const struct iovec *iov, int iovcnt, off_t offset, int flags)}, for flags that say not to
     * wait: the JVM's pauses wait for a critical function.
     */
    final MethodHandle preadv2 = Libc.critical("preadv2", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT);

    /** {@code int poll(struct pollfd *fds, nfds_t nfds, int timeout)}. */
    final MethodHandle poll = Libc.link("poll", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    /** {@code int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)}. */
    final MethodHandle epollWait = Libc.link("epoll_wait", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    /** {@code ssize_t sendmsg(int fd, const struct msghdr *message, int flags)}. */
    final MethodHandle sendmsg = Libc.link("sendmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);

    /** {@code ssize_t recvmsg(int fd, struct msghdr *message, int flags)}. */
    final MethodHandle recvmsg = Libc.link("recvmsg", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
}
