// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import io.jvfio.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;

/**
 * The system calls of the running kernel, through the C library.
 *
 * <p>Threads: thread-safe, without state. A blocking call holds its thread; a virtual thread in one pins its carrier.
 */
final class LinuxSystemCalls implements SystemCalls {

    private LinuxSystemCalls() {}

    /**
     * Checks that the machine is known and that native access is granted, before a handle is linked: a refusal inside a
     * static initializer would be told once, and as an unusable class ever after.
     */
    @SuppressWarnings("restricted") // asked for on purpose
    static SystemCalls open() {
        Abi.host();
        try {
            MemorySegment unused = MemorySegment.NULL.reinterpret(0);
        } catch (IllegalCallerException e) {
            Module module = LinuxSystemCalls.class.getModule();
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new IllegalCallerException(
                    "jvfio may not make system calls: start the JVM with --enable-native-access=" + name, e);
        }
        return new LinuxSystemCalls();
    }

    @Override
    public int open(String path, int flags, int mode) {
        if (path.indexOf('\0') >= 0) {
            return -Errno.EINVAL; // C would read a shorter string
        }
        ThreadMemory memory = ThreadMemory.current();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(path);
            int result;
            do {
                result = memory.result((int) Libc.OPEN.invokeExact(memory.capture(), text, flags, mode));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int close(int fd) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.CLOSE.invokeExact(memory.capture(), fd));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long read(int fd, MemorySegment target, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((long) Libc.LOOPED.read.invokeExact(memory.capture(), fd, target, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long write(int fd, MemorySegment source, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((long) Libc.LOOPED.write.invokeExact(memory.capture(), fd, source, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long pread(int fd, MemorySegment target, long size, long offset) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((long) Libc.LOOPED.pread.invokeExact(memory.capture(), fd, target, size, offset));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long pwrite(int fd, MemorySegment source, long size, long offset) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((long) Libc.LOOPED.pwrite.invokeExact(memory.capture(), fd, source, size, offset));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long preadv2(int fd, MemorySegment target, long size, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        MemorySegment vector = memory.vector(target, size);
        try {
            return memory.result((long) Libc.LOOPED.preadv2.invokeExact(memory.capture(), fd, vector, 1, -1L, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        } finally {
            Reference.reachabilityFence(target);
        }
    }

    @Override
    public int ioctl(int fd, long request, MemorySegment argument) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.LOOPED.ioctlAddress.invokeExact(memory.capture(), fd, request, argument));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int ioctl(int fd, long request, long argument) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.LOOPED.ioctlValue.invokeExact(memory.capture(), fd, request, argument));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long mmap(long address, long size, int protection, int flags, int fd, long offset) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result(
                    (long) Libc.MMAP.invokeExact(memory.capture(), address, size, protection, flags, fd, offset));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int munmap(long address, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.MUNMAP.invokeExact(memory.capture(), address, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int mlock(long address, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.MLOCK.invokeExact(memory.capture(), address, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int madvise(long address, long size, int advice) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.MADVISE.invokeExact(memory.capture(), address, size, advice));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int memfdCreate(String name, int flags) {
        if (name.indexOf('\0') >= 0) {
            return -Errno.EINVAL; // C would read a shorter string
        }
        ThreadMemory memory = ThreadMemory.current();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return memory.result((int) Libc.MEMFD_CREATE.invokeExact(memory.capture(), text, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int ftruncate(int fd, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            int result;
            do {
                result = memory.result((int) Libc.FTRUNCATE.invokeExact(memory.capture(), fd, size));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int fallocate(int fd, int mode, long offset, long size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            int result;
            do {
                result = memory.result((int) Libc.FALLOCATE.invokeExact(memory.capture(), fd, mode, offset, size));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int fcntl(int fd, int command, long argument) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.FCNTL.invokeExact(memory.capture(), fd, command, argument));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int flock(int fd, int operation) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.FLOCK.invokeExact(memory.capture(), fd, operation));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int eventfd(int initial, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.EVENTFD.invokeExact(memory.capture(), initial, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int poll(MemorySegment pollfds, int count, int timeoutMillis) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result(
                    (int) Libc.LOOPED.poll.invokeExact(memory.capture(), pollfds, (long) count, timeoutMillis));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int epollCreate(int flags) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.EPOLL_CREATE.invokeExact(memory.capture(), flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int epollCtl(int epoll, int operation, int fd, MemorySegment event) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.EPOLL_CTL.invokeExact(memory.capture(), epoll, operation, fd, event));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int epollWait(int epoll, MemorySegment events, int capacity, int timeoutMillis) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result(
                    (int) Libc.LOOPED.epollWait.invokeExact(memory.capture(), epoll, events, capacity, timeoutMillis));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getrlimit(int resource, MemorySegment rlimit) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.GETRLIMIT.invokeExact(memory.capture(), resource, rlimit));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int setrlimit(int resource, MemorySegment rlimit) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.SETRLIMIT.invokeExact(memory.capture(), resource, rlimit));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int socket(int domain, int type, int protocol) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.SOCKET.invokeExact(memory.capture(), domain, type, protocol));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int socketpair(int domain, int type, int protocol, MemorySegment pair) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.SOCKETPAIR.invokeExact(memory.capture(), domain, type, protocol, pair));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int connect(int fd, MemorySegment address, int size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.CONNECT.invokeExact(memory.capture(), fd, address, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int bind(int fd, MemorySegment address, int size) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.BIND.invokeExact(memory.capture(), fd, address, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int listen(int fd, int backlog) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.LISTEN.invokeExact(memory.capture(), fd, backlog));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int accept4(int fd, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int)
                    Libc.ACCEPT4.invokeExact(memory.capture(), fd, MemorySegment.NULL, MemorySegment.NULL, flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long sendmsg(int fd, MemorySegment message, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            long result;
            do {
                result = memory.result((long) Libc.LOOPED.sendmsg.invokeExact(memory.capture(), fd, message, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public long recvmsg(int fd, MemorySegment message, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            long result;
            do {
                result = memory.result((long) Libc.LOOPED.recvmsg.invokeExact(memory.capture(), fd, message, flags));
            } while (result == -Errno.EINTR);
            return result;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int shutdown(int fd, int how) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.SHUTDOWN.invokeExact(memory.capture(), fd, how));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int setsockopt(int fd, int level, int option, MemorySegment value) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int)
                    Libc.SETSOCKOPT.invokeExact(memory.capture(), fd, level, option, value, (int) value.byteSize()));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getsockopt(int fd, int level, int option, MemorySegment value) {
        ThreadMemory memory = ThreadMemory.current();
        MemorySegment size = memory.scratch();
        size.set(ValueLayout.JAVA_INT, 0, (int) value.byteSize());
        try {
            return memory.result((int) Libc.GETSOCKOPT.invokeExact(memory.capture(), fd, level, option, value, size));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int mbind(long address, long size, int mode, MemorySegment nodes, long bits, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        long number = Abi.host().mbind();
        try {
            return (int) memory.result((long) Libc.MBIND.invokeExact(
                    memory.capture(), number, address, size, (long) mode, nodes, bits, (long) flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int getMempolicy(MemorySegment mode, long address, int flags) {
        ThreadMemory memory = ThreadMemory.current();
        long number = Abi.host().getMempolicy();
        try {
            return (int) memory.result((long)
                    Libc.GET_MEMPOLICY.invokeExact(memory.capture(), number, mode, 0L, 0L, address, (long) flags));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int statx(int fd, int mask, MemorySegment target) {
        ThreadMemory memory = ThreadMemory.current();
        MemorySegment path = memory.scratch();
        path.set(ValueLayout.JAVA_BYTE, 0, (byte) 0); // the empty path
        try {
            return memory.result(
                    (int) Libc.STATX.invokeExact(memory.capture(), fd, path, Abi.AT_EMPTY_PATH, mask, target));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int fstatfs(int fd, MemorySegment target) {
        ThreadMemory memory = ThreadMemory.current();
        try {
            return memory.result((int) Libc.FSTATFS.invokeExact(memory.capture(), fd, target));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int geteuid() {
        try {
            return (int) Libc.GETEUID.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    @Override
    public int pageSize() {
        try {
            return (int) Libc.GETPAGESIZE.invokeExact();
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** A handle throws what the checks of its arguments throw: a closed arena, or a segment on the heap. */
    private static AssertionError unexpected(Throwable e) {
        if (e instanceof RuntimeException misuse) {
            throw misuse;
        }
        if (e instanceof Error error) {
            throw error;
        }
        return new AssertionError("a downcall threw a checked exception", e);
    }
}
