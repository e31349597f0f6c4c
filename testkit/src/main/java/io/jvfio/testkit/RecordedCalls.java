// SPDX-License-Identifier: Apache-2.0
package io.jvfio.testkit;

import io.jvfio.internal.sys.SystemCalls;
import java.lang.foreign.MemorySegment;
import java.util.function.LongSupplier;

/** The calls of another implementation, each of which is recorded first, and not made if it shall fail. */
final class RecordedCalls implements SystemCalls {
    private final SystemCalls real;
    private final FaultySystemCalls record;

    RecordedCalls(SystemCalls real, FaultySystemCalls record) {
        this.real = real;
        this.record = record;
    }

    private long call(String name, int fd, long request, LongSupplier made) {
        return call(name, fd, request, "", made);
    }

    private long call(String name, int fd, long request, String subject, LongSupplier made) {
        int errno = record.record(name, fd, request, subject);
        return errno != 0 ? -errno : made.getAsLong();
    }

    @Override
    public int open(String path, int flags, int mode) {
        return (int) call("open", -1, 0, path, () -> real.open(path, flags, mode));
    }

    @Override
    public int close(int fd) {
        int errno = record.record("close", fd, 0, "");
        int result = real.close(fd);
        return errno != 0 ? -errno : result;
    }

    @Override
    public long read(int fd, MemorySegment target, long size) {
        return call("read", fd, 0, () -> real.read(fd, target, size));
    }

    @Override
    public long write(int fd, MemorySegment source, long size) {
        return call("write", fd, 0, () -> real.write(fd, source, size));
    }

    @Override
    public long pread(int fd, MemorySegment target, long size, long offset) {
        return call("pread", fd, 0, () -> real.pread(fd, target, size, offset));
    }

    @Override
    public long pwrite(int fd, MemorySegment source, long size, long offset) {
        return call("pwrite", fd, 0, () -> real.pwrite(fd, source, size, offset));
    }

    @Override
    public long preadv2(int fd, MemorySegment target, long size, int flags) {
        return call("preadv2", fd, 0, () -> real.preadv2(fd, target, size, flags));
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        return (int) call("ioctl", fd, request, () -> real.ioctl(fd, request, argument));
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        return (int) call("ioctl", fd, request, () -> real.ioctl(fd, request, argument));
    }

    @Override
    public long mmap(long address, long size, int protection, int flags, int fd, long offset) {
        return call("mmap", fd, 0, () -> real.mmap(address, size, protection, flags, fd, offset));
    }

    @Override
    public int munmap(long address, long size) {
        return (int) call("munmap", -1, 0, () -> real.munmap(address, size));
    }

    @Override
    public int mlock(long address, long size) {
        return (int) call("mlock", -1, 0, () -> real.mlock(address, size));
    }

    @Override
    public int madvise(long address, long size, int advice) {
        return (int) call("madvise", -1, advice, () -> real.madvise(address, size, advice));
    }

    @Override
    public int memfdCreate(String name, int flags) {
        return (int) call("memfd_create", -1, 0, name, () -> real.memfdCreate(name, flags));
    }

    @Override
    public int ftruncate(int fd, long size) {
        return (int) call("ftruncate", fd, 0, () -> real.ftruncate(fd, size));
    }

    @Override
    public int fallocate(int fd, int mode, long offset, long size) {
        return (int) call("fallocate", fd, 0, () -> real.fallocate(fd, mode, offset, size));
    }

    @Override
    public int fcntl(int fd, int command, long argument) {
        return (int) call("fcntl", fd, command, () -> real.fcntl(fd, command, argument));
    }

    @Override
    public int flock(int fd, int operation) {
        return (int) call("flock", fd, operation, () -> real.flock(fd, operation));
    }

    @Override
    public int eventfd(int initial, int flags) {
        return (int) call("eventfd", -1, 0, () -> real.eventfd(initial, flags));
    }

    @Override
    public int poll(MemorySegment pollfds, int count, int timeoutMillis) {
        return (int) call("poll", -1, 0, () -> real.poll(pollfds, count, timeoutMillis));
    }

    @Override
    public int epollCreate(int flags) {
        return (int) call("epoll_create1", -1, 0, () -> real.epollCreate(flags));
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
        return (int) call("epoll_ctl", fd, operation, () -> real.epollCtl(epoll, operation, fd, event));
    }

    @Override
    public int epollWait(int epoll, MemorySegment events, int capacity, int timeoutMillis) {
        return (int) call("epoll_wait", epoll, 0, () -> real.epollWait(epoll, events, capacity, timeoutMillis));
    }

    @Override
    public int getrlimit(int resource, MemorySegment rlimit) {
        return (int) call("getrlimit", -1, resource, () -> real.getrlimit(resource, rlimit));
    }

    @Override
    public int setrlimit(int resource, MemorySegment rlimit) {
        return (int) call("setrlimit", -1, resource, () -> real.setrlimit(resource, rlimit));
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        return (int) call("socket", -1, 0, () -> real.socket(domain, type, protocol));
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        return (int) call("socketpair", -1, 0, () -> real.socketpair(domain, type, protocol, pair));
    }

    @Override
    public int connect(int fd, MemorySegment address, int size) {
        return (int) call("connect", fd, 0, () -> real.connect(fd, address, size));
    }

    @Override
    public int bind(int fd, MemorySegment address, int size) {
        return (int) call("bind", fd, 0, () -> real.bind(fd, address, size));
    }

    @Override
    public int listen(int fd, int backlog) {
        return (int) call("listen", fd, 0, () -> real.listen(fd, backlog));
    }

    @Override
    public int accept4(int fd, int flags) {
        return (int) call("accept4", fd, 0, () -> real.accept4(fd, flags));
    }

    @Override
    public long sendmsg(int fd, MemorySegment message, int flags) {
        return call("sendmsg", fd, 0, () -> real.sendmsg(fd, message, flags));
    }

    @Override
    public long recvmsg(int fd, MemorySegment message, int flags) {
        return call("recvmsg", fd, 0, () -> real.recvmsg(fd, message, flags));
    }

    @Override
    public int shutdown(int fd, int how) {
        return (int) call("shutdown", fd, how, () -> real.shutdown(fd, how));
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        return (int) call("setsockopt", fd, option, () -> real.setsockopt(fd, level, option, value));
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        return (int) call("getsockopt", fd, option, () -> real.getsockopt(fd, level, option, value));
    }

    @Override
    public int mbind(long address, long size, int mode, MemorySegment nodes, long bits, int flags) {
        return (int) call("mbind", -1, 0, () -> real.mbind(address, size, mode, nodes, bits, flags));
    }

    @Override
    public int getMempolicy(MemorySegment mode, long address, int flags) {
        return (int) call("get_mempolicy", -1, 0, () -> real.getMempolicy(mode, address, flags));
    }

    @Override
    public int statx(int fd, int mask, MemorySegment target) {
        return (int) call("statx", fd, 0, () -> real.statx(fd, mask, target));
    }

    @Override
    public int fstatfs(int fd, MemorySegment target) {
        return (int) call("fstatfs", fd, 0, () -> real.fstatfs(fd, target));
    }

    @Override
    public int geteuid() {
        return real.geteuid();
    }

    @Override
    public int pageSize() {
        return real.pageSize();
    }
}
