// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The C library's functions, linked once. All but two capture errno: their first parameter is
 * {@link ThreadMemory#capture}.
 *
 * <p>{@code size_t}, {@code ssize_t}, {@code off_t}, {@code nfds_t} and the request of {@code ioctl} are 64-bit words on
 * every supported architecture. Variadic functions are linked as such: where their arguments travel differs from that of
 * fixed parameters on some ABIs. What is linked as critical never waits, and is called in loops. The others may block, or are
 * too rare to matter.
 *
 * <p>Threads: immutable.
 */
@SuppressWarnings("restricted") // this class is the fence
final class Libc {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final SymbolLookup LIBRARY = LINKER.defaultLookup();

    /** What is called in loops. */
    static final LoopedCalls LOOPED = new LoopedCalls();

    /** {@code int open(const char *path, int flags, mode_t mode)}. */
    static final MethodHandle OPEN = variadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);

    /** {@code int close(int fd)}. */
    static final MethodHandle CLOSE = link("close", JAVA_INT, JAVA_INT);

    /** {@code void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)}, addresses as numbers. */
    static final MethodHandle MMAP =
            link("mmap", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);

    /** {@code int munmap(void *addr, size_t length)}. */
    static final MethodHandle MUNMAP = link("munmap", JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** {@code int mlock(const void *addr, size_t length)}. */
    static final MethodHandle MLOCK = link("mlock", JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** {@code int madvise(void *addr, size_t length, int advice)}. */
    static final MethodHandle MADVISE = link("madvise", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT);

    /** {@code int memfd_create(const char *name, unsigned int flags)}. */
    static final MethodHandle MEMFD_CREATE = link("memfd_create", JAVA_INT, ADDRESS, JAVA_INT);

    /** {@code int ftruncate(int fd, off_t length)}. */
    static final MethodHandle FTRUNCATE = link("ftruncate", JAVA_INT, JAVA_INT, JAVA_LONG);

    /** {@code int fallocate(int fd, int mode, off_t offset, off_t length)}. */
    static final MethodHandle FALLOCATE = link("fallocate", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);

    /** {@code int fcntl(int fd, int command, long argument)}. */
    static final MethodHandle FCNTL = variadic("fcntl", 2, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);

    /** {@code int flock(int fd, int operation)}. */
    static final MethodHandle FLOCK = link("flock", JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code int eventfd(unsigned int initval, int flags)}. */
    static final MethodHandle EVENTFD = link("eventfd", JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code int epoll_create1(int flags)}. */
    static final MethodHandle EPOLL_CREATE = link("epoll_create1", JAVA_INT, JAVA_INT);

    /** {@code int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)}. */
    static final MethodHandle EPOLL_CTL = link("epoll_ctl", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code int getrlimit(int resource, struct rlimit *rlim)}. */
    static final MethodHandle GETRLIMIT = link("getrlimit", JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code int setrlimit(int resource, const struct rlimit *rlim)}. */
    static final MethodHandle SETRLIMIT = link("setrlimit", JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code int socket(int domain, int type, int protocol)}. */
    static final MethodHandle SOCKET = link("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code int socketpair(int domain, int type, int protocol, int sv[2])}. */
    static final MethodHandle SOCKETPAIR = link("socketpair", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code int connect(int fd, const struct sockaddr *addr, socklen_t len)}. */
    static final MethodHandle CONNECT = link("connect", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    /** {@code int bind(int fd, const struct sockaddr *addr, socklen_t len)}. */
    static final MethodHandle BIND = link("bind", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    /** {@code int listen(int fd, int backlog)}. */
    static final MethodHandle LISTEN = link("listen", JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)}. */
    static final MethodHandle ACCEPT4 = link("accept4", JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);

    /** {@code int shutdown(int fd, int how)}. */
    static final MethodHandle SHUTDOWN = link("shutdown", JAVA_INT, JAVA_INT, JAVA_INT);

    /** {@code int setsockopt(int fd, int level, int option, const void *value, socklen_t size)}. */
    static final MethodHandle SETSOCKOPT =
            link("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);

    /** {@code int getsockopt(int fd, int level, int option, void *value, socklen_t *size)}. */
    static final MethodHandle GETSOCKOPT = link("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

    /** {@code int statx(int fd, const char *path, int flags, unsigned int mask, struct statx *target)}. */
    static final MethodHandle STATX = link("statx", JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code int fstatfs(int fd, struct statfs *target)}. */
    static final MethodHandle FSTATFS = link("fstatfs", JAVA_INT, JAVA_INT, ADDRESS);

    /** {@code long syscall(long number, ...)}, for {@code mbind}, which the C library has no function for. */
    static final MethodHandle MBIND = variadic(
            "syscall", 1, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG);

    /** The same for {@code get_mempolicy}. */
    static final MethodHandle GET_MEMPOLICY =
            variadic("syscall", 1, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    /** {@code uid_t geteuid(void)}; does not set errno. */
    static final MethodHandle GETEUID = infallible("geteuid");

    /** {@code int getpagesize(void)}; does not set errno. */
    static final MethodHandle GETPAGESIZE = infallible("getpagesize");

    private Libc() {}

    static MethodHandle link(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LIBRARY.findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    static MethodHandle critical(String name, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LIBRARY.findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"),
                Linker.Option.critical(false));
    }

    /** The parameters from {@code firstVariadic} on stand for the ellipsis of the prototype. */
    static MethodHandle variadic(String name, int firstVariadic, MemoryLayout result, MemoryLayout... parameters) {
        return LINKER.downcallHandle(
                LIBRARY.findOrThrow(name),
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"),
                Linker.Option.firstVariadicArg(firstVariadic));
    }

    private static MethodHandle infallible(String name) {
        return LINKER.downcallHandle(LIBRARY.findOrThrow(name), FunctionDescriptor.of(JAVA_INT));
    }
}
