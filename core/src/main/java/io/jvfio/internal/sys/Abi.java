// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.sys;

import java.util.Locale;

/**
 * The numbers of the Linux system-call interface: {@code include/uapi/asm-generic} and {@code include/uapi/linux}.
 *
 * <p>The constants are those on which all supported architectures agree; what differs between them is a component of
 * the table's rows. {@link #host()} is the row of this machine, and refuses a machine that has none, so that no number
 * is ever used on an architecture for which it was not checked.
 *
 * <p>Threads: immutable.
 *
 * @param architecture the name as {@code uname -m} has it
 * @param oDirect {@code O_DIRECT}
 * @param oDirectory {@code O_DIRECTORY}
 * @param oNofollow {@code O_NOFOLLOW}
 * @param epollEventSize {@code sizeof(struct epoll_event)} in bytes
 * @param epollEventData the offset of its {@code data} in bytes: the struct is packed on x86-64 alone
 * @param mbind the number of the system call {@code mbind}
 * @param getMempolicy the number of the system call {@code get_mempolicy}
 */
public record Abi(
        String architecture,
        int oDirect,
        int oDirectory,
        int oNofollow,
        int epollEventSize,
        int epollEventData,
        int mbind,
        int getMempolicy) {

    // fcntl.h: open
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_TRUNC = 0x200;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;

    // fcntl.h: fcntl
    public static final int F_DUPFD = 0;
    public static final int F_GETFD = 1;
    public static final int F_SETFD = 2;
    public static final int F_GETFL = 3;
    public static final int F_SETFL = 4;
    public static final int F_OFD_SETLK = 37;
    public static final int F_DUPFD_CLOEXEC = 1030;
    public static final int F_ADD_SEALS = 1033;
    public static final int F_GET_SEALS = 1034;
    public static final int FD_CLOEXEC = 1;
    public static final int F_WRLCK = 1;
    public static final int F_SEAL_SEAL = 0x1;
    public static final int F_SEAL_SHRINK = 0x2;
    public static final int F_SEAL_GROW = 0x4;
    public static final int F_SEAL_WRITE = 0x8;

    // file.h
    public static final int LOCK_EX = 2;
    public static final int LOCK_NB = 4;

    // mman.h
    public static final int PROT_NONE = 0;
    public static final int PROT_READ = 1;
    public static final int PROT_WRITE = 2;
    public static final int MAP_SHARED = 0x1;
    public static final int MAP_PRIVATE = 0x2;
    public static final int MAP_FIXED = 0x10;
    public static final int MAP_ANONYMOUS = 0x20;
    public static final int MAP_LOCKED = 0x2000;
    public static final int MAP_NORESERVE = 0x4000;
    public static final int MAP_POPULATE = 0x8000;
    public static final int MAP_HUGETLB = 0x40000;
    public static final int MAP_FIXED_NOREPLACE = 0x100000;
    /** Where the log2 of a huge page's size goes in the flags of {@code mmap} and {@code memfd_create}. */
    public static final int HUGE_SHIFT = 26;

    public static final int MAP_HUGE_2MB = 21 << HUGE_SHIFT;
    public static final int MAP_HUGE_1GB = 30 << HUGE_SHIFT;
    public static final int MADV_DONTNEED = 4;
    public static final int MADV_REMOVE = 9;
    public static final int MADV_DONTFORK = 10;
    public static final int MADV_HUGEPAGE = 14;
    public static final int MADV_NOHUGEPAGE = 15;
    public static final int MADV_DONTDUMP = 16;
    public static final int MADV_POPULATE_WRITE = 23;
    public static final int MADV_COLLAPSE = 25;

    // mempolicy.h
    public static final int MPOL_PREFERRED = 1;
    public static final int MPOL_MF_MOVE = 0x2;
    public static final int MPOL_F_NODE = 0x1;
    public static final int MPOL_F_ADDR = 0x2;

    // memfd.h
    public static final int MFD_CLOEXEC = 0x1;
    public static final int MFD_ALLOW_SEALING = 0x2;
    public static final int MFD_HUGETLB = 0x4;
    public static final int MFD_NOEXEC_SEAL = 0x8;
    public static final int MFD_HUGE_2MB = 21 << HUGE_SHIFT;
    public static final int MFD_HUGE_1GB = 30 << HUGE_SHIFT;

    // eventfd.h
    public static final int EFD_SEMAPHORE = 0x1;
    public static final int EFD_NONBLOCK = O_NONBLOCK;
    public static final int EFD_CLOEXEC = O_CLOEXEC;

    // fs.h
    public static final int RWF_NOWAIT = 0x8;

    // poll.h; eventpoll.h has the same bits
    public static final int POLLIN = 0x1;
    public static final int POLLPRI = 0x2;
    public static final int POLLOUT = 0x4;
    public static final int POLLERR = 0x8;
    public static final int POLLHUP = 0x10;
    public static final int POLLNVAL = 0x20;
    public static final int EPOLL_CLOEXEC = O_CLOEXEC;
    public static final int EPOLL_CTL_ADD = 1;
    public static final int EPOLL_CTL_DEL = 2;
    public static final int EPOLL_CTL_MOD = 3;
    public static final int EPOLLIN = POLLIN;
    public static final int EPOLLPRI = POLLPRI;
    public static final int EPOLLOUT = POLLOUT;
    public static final int EPOLLERR = POLLERR;
    public static final int EPOLLHUP = POLLHUP;
    public static final int EPOLLRDHUP = 0x2000;
    public static final int EPOLLONESHOT = 1 << 30;
    public static final int EPOLLET = 1 << 31;

    // resource.h
    public static final int RLIMIT_NOFILE = 7;
    public static final int RLIMIT_MEMLOCK = 8;
    /** {@code RLIM_INFINITY}. */
    public static final long RLIM_INFINITY = -1;

    // socket.h
    public static final int AF_UNIX = 1;
    public static final int SOCK_STREAM = 1;
    public static final int SOCK_DGRAM = 2;
    public static final int SOCK_SEQPACKET = 5;
    public static final int SOCK_NONBLOCK = O_NONBLOCK;
    public static final int SOCK_CLOEXEC = O_CLOEXEC;
    public static final int SOL_SOCKET = 1;
    public static final int SCM_RIGHTS = 1;
    public static final int SO_RCVTIMEO = 20;
    public static final int SO_SNDTIMEO = 21;
    public static final int MSG_PEEK = 0x2;
    public static final int MSG_CTRUNC = 0x8;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int MSG_NOSIGNAL = 0x4000;
    public static final int MSG_CMSG_CLOEXEC = 0x40000000;
    public static final int SHUT_RD = 0;
    public static final int SHUT_WR = 1;
    public static final int SHUT_RDWR = 2;

    /** {@code SO_PEERCRED} of {@code asm-generic/socket.h}, with which all supported architectures agree. */
    public static final int SO_PEERCRED = 17;

    // stat.h and fcntl.h: statx
    public static final int AT_EMPTY_PATH = 0x1000;
    public static final int STATX_TYPE = 0x1;
    public static final int STATX_SIZE = 0x200;
    public static final int S_IFMT = 0xf000;
    public static final int S_IFREG = 0x8000;
    public static final int S_IFSOCK = 0xc000;

    // magic.h: file systems
    public static final int TMPFS_MAGIC = 0x0102_1994;
    public static final int HUGETLBFS_MAGIC = 0x9584_58f6;

    // ioctl.h, the generic encoding
    public static final int IOC_NONE = 0;
    public static final int IOC_WRITE = 1;
    public static final int IOC_READ = 2;

    /** {@code FIONREAD} of {@code asm-generic/ioctls.h}: how many bytes lie in a socket, unread. */
    public static final int FIONREAD = 0x541b;

    /** {@code _SC_PAGESIZE} of the C library. */
    static final int SC_PAGESIZE = 30;

    /** {@code arch/arm64/include/uapi/asm/fcntl.h} swaps the flags around; the others have the generic ones. */
    private static final Abi X86_64 = new Abi("x86_64", 0x4000, 0x10000, 0x20000, 12, 4, 237, 239);

    private static final Abi AARCH64 = new Abi("aarch64", 0x10000, 0x4000, 0x8000, 16, 8, 235, 236);
    private static final Abi S390X = new Abi("s390x", 0x4000, 0x10000, 0x20000, 16, 8, 268, 269);

    /**
     * The row of this machine.
     *
     * @throws UnsupportedOperationException if this is not Linux on x86-64, arm64 or s390x
     */
    public static Abi host() {
        return of(System.getProperty("os.name", "unknown"), System.getProperty("os.arch", "unknown"));
    }

    /**
     * Whether the CPU reaches BARs by loads and stores. Not on s390x, where PCI has instructions of its own: a load from a
     * mapped BAR ends the process with SIGILL, although the kernel flags the region as mappable.
     */
    public boolean loadsReachBars() {
        return !equals(S390X);
    }

    /**
     * The row of an architecture.
     *
     * @param system the value of {@code os.name}
     * @param architecture the value of {@code os.arch}
     * @throws UnsupportedOperationException if the table has no such row
     */
    static Abi of(String system, String architecture) {
        if (!system.equals("Linux")) {
            throw new UnsupportedOperationException("jvfio needs Linux; this is " + system);
        }
        return switch (architecture.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> X86_64;
            case "aarch64", "arm64" -> AARCH64;
            case "s390x" -> S390X;
            default ->
                throw new UnsupportedOperationException(
                        "jvfio has no system-call numbers for " + architecture + "; it knows x86-64, arm64 and s390x");
        };
    }
}
