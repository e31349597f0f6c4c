// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.lang.foreign.MemorySegment;

/**
 * The Linux system calls that jvfio makes, one method each.
 *
 * <p>Each method returns what the call returned, or {@code -errno}; none throws for a failure of the call. {@code EINTR}
 * is retried only where a retry is always right, which each method says. Segments must be native and stay alive during
 * the call. Production code takes an instance by constructor, so that a test can wrap it and make any call fail.
 *
 * <p>Threads: implementations are thread-safe.
 */
public interface SystemCalls {

    /**
     * The calls of this machine's kernel.
     *
     * @throws UnsupportedOperationException if this is not Linux on a supported architecture
     * @throws IllegalCallerException if jvfio may not call native code; the message has the missing flag
     */
    static SystemCalls linux() {
        return LinuxSystemCalls.open();
    }

    /** {@code int open(const char *path, int flags, ...)}; retries EINTR. */
    int open(String path, int flags, int mode);

    /** {@code int close(int fd)}; never retried: after any error the descriptor is gone on Linux. */
    int close(int fd);

    /** {@code ssize_t read(int fd, void *buf, size_t count)}. */
    long read(int fd, MemorySegment target, long size);

    /** {@code ssize_t write(int fd, const void *buf, size_t count)}. */
    long write(int fd, MemorySegment source, long size);

    /** {@code ssize_t pread(int fd, void *buf, size_t count, off_t offset)}; allocates nothing. */
    long pread(int fd, MemorySegment target, long size, long offset);

    /** {@code ssize_t pwrite(int fd, const void *buf, size_t count, off_t offset)}; allocates nothing. */
    long pwrite(int fd, MemorySegment source, long size, long offset);

    /**
     * {@code ssize_t preadv2(int fd, const struct iovec *iov, 1, off_t -1, int flags)}: reads as {@link #read} does, at the
     * file's own position, but by the flags of this call and not by those of the open file, which others may share.
     * {@code RWF_NOWAIT} must be among them: the JVM's pauses wait for this call. Allocates nothing.
     */
    long preadv2(int fd, MemorySegment target, long size, int flags);

    /** {@code int ioctl(int fd, unsigned long request, void *argument)}. */
    int ioctl(int fd, long request, MemorySegment argument);

    /** {@code int ioctl(int fd, unsigned long request, long argument)}, the argument by value. */
    int ioctl(int fd, long request, long argument);

    /** {@code void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)}: the address. */
    long mmap(long address, long size, int protection, int flags, int fd, long offset);

    /** {@code int munmap(void *addr, size_t length)}. */
    int munmap(long address, long size);

    /** {@code int mlock(const void *addr, size_t length)}. */
    int mlock(long address, long size);

    /** {@code int madvise(void *addr, size_t length, int advice)}. */
    int madvise(long address, long size, int advice);

    /** {@code int memfd_create(const char *name, unsigned int flags)}. */
    int memfdCreate(String name, int flags);

    /** {@code int ftruncate(int fd, off_t length)}; retries EINTR. */
    int ftruncate(int fd, long size);

    /** {@code int fallocate(int fd, int mode, off_t offset, off_t length)}; retries EINTR. */
    int fallocate(int fd, int mode, long offset, long size);

    /** {@code int fcntl(int fd, int command, ...)} with one argument, an integer or the address of a struct. */
    int fcntl(int fd, int command, long argument);

    /** {@code int flock(int fd, int operation)}. */
    int flock(int fd, int operation);

    /** {@code int eventfd(unsigned int initval, int flags)}. */
    int eventfd(int initial, int flags);

    /** {@code int poll(struct pollfd *fds, nfds_t nfds, int timeout)}; time in milliseconds, -1 waits without end. */
    int poll(MemorySegment pollfds, int count, int timeoutMillis);

    /** {@code int epoll_create1(int flags)}. */
    int epollCreate(int flags);

    /** {@code int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)}. */
    int epollCtl(int epoll, int operation, int fd, MemorySegment event);

    /** {@code int epoll_wait(int epfd, struct epoll_event *events, int maxevents, int timeout)}; milliseconds. */
    int epollWait(int epoll, MemorySegment events, int capacity, int timeoutMillis);

    /** {@code int getrlimit(int resource, struct rlimit *rlim)}; two 64-bit words, soft and hard. */
    int getrlimit(int resource, MemorySegment rlimit);

    /** {@code int setrlimit(int resource, const struct rlimit *rlim)}; two 64-bit words, soft and hard. */
    int setrlimit(int resource, MemorySegment rlimit);

    /** {@code int socket(int domain, int type, int protocol)}. */
    int socket(int domain, int type, int protocol);

    /** {@code int socketpair(int domain, int type, int protocol, int sv[2])}. */
    int socketpair(int domain, int type, int protocol, MemorySegment pair);

    /** {@code int connect(int fd, const struct sockaddr *addr, socklen_t len)}. */
    int connect(int fd, MemorySegment address, int size);

    /** {@code int bind(int fd, const struct sockaddr *addr, socklen_t len)}. */
    int bind(int fd, MemorySegment address, int size);

    /** {@code int listen(int fd, int backlog)}. */
    int listen(int fd, int backlog);

    /** {@code int accept4(int fd, NULL, NULL, int flags)}: the peer's address is not asked for. */
    int accept4(int fd, int flags);

    /** {@code ssize_t sendmsg(int fd, const struct msghdr *message, int flags)}; retries EINTR: nothing was sent. */
    long sendmsg(int fd, MemorySegment message, int flags);

    /** {@code ssize_t recvmsg(int fd, struct msghdr *message, int flags)}; retries EINTR: nothing was received. */
    long recvmsg(int fd, MemorySegment message, int flags);

    /** {@code int shutdown(int fd, int how)}; wakes whoever is blocked on the socket. */
    int shutdown(int fd, int how);

    /** {@code int setsockopt(int fd, int level, int option, const void *value, socklen_t size)}; all of {@code value}. */
    int setsockopt(int fd, int level, int option, MemorySegment value);

    /** {@code int getsockopt(int fd, int level, int option, void *value, socklen_t *size)}; all of {@code value}. */
    int getsockopt(int fd, int level, int option, MemorySegment value);

    /**
     * {@code int statx(int fd, "", AT_EMPTY_PATH, unsigned int mask, struct statx *target)}: the open file itself. Unlike
     * {@code fstat} its struct is the same on every architecture.
     */
    int statx(int fd, int mask, MemorySegment target);

    /**
     * {@code int fstatfs(int fd, struct statfs *target)}: the file system of an open file. Only for a file that answers
     * {@code F_GET_SEALS}: others may ask a server of files, which may not answer.
     */
    int fstatfs(int fd, MemorySegment target);

    /**
     * {@code long mbind(void *address, unsigned long size, int mode, const unsigned long *nodes, unsigned long bits, unsigned
     * flags)}.
     */
    int mbind(long address, long size, int mode, MemorySegment nodes, long bits, int flags);

    /** {@code long get_mempolicy(int *mode, NULL, 0, void *address, unsigned long flags)}. */
    int getMempolicy(MemorySegment mode, long address, int flags);

    /** {@code uid_t geteuid(void)}; cannot fail. */
    int geteuid();

    /** {@code getpagesize()}: the size of a page in bytes; cannot fail. */
    int pageSize();
}
