// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

/**
 * What the direction bits of an ioctl without argument size are, by architecture: {@code _IOC_NONE << _IOC_DIRSHIFT} of
 * {@code include/uapi/asm-generic/ioctl.h} or of the architecture's own {@code asm/ioctl.h}.
 *
 * <p>Threads: immutable.
 */
enum IoctlEncoding {
    /** {@code _IOC_NONE} is 0: all architectures that use the generic header. */
    GENERIC(0),
    /** {@code _IOC_NONE} is 1 and the direction has three bits, 31 to 29. */
    THREE_BIT_DIRECTION(1L << 29);

    private final long none;

    IoctlEncoding(long none) {
        this.none = none;
    }

    /** Returns the bits that {@code _IO} adds to type and number. */
    long none() {
        return none;
    }

    /** Returns the encoding of the architecture this JVM runs on; read at each call, not when the class loads. */
    static IoctlEncoding current() {
        return of(System.getProperty("os.arch", ""));
    }

    /**
     * Returns the encoding of an architecture.
     *
     * @param architecture a value of the system property {@code os.arch}
     * @throws UnsupportedOperationException if it is not in the table: a guess would send a wrong request
     */
    static IoctlEncoding of(String architecture) {
        return switch (architecture) {
            case "amd64", "x86_64", "x86", "i386", "aarch64", "arm", "s390x", "riscv64", "loongarch64" -> GENERIC;
            case "ppc64", "ppc64le", "mips64", "mips64el", "mips", "mipsel", "sparcv9", "sparc", "alpha" ->
                THREE_BIT_DIRECTION;
            default ->
                throw new UnsupportedOperationException("ioctl encoding of architecture \"" + architecture
                        + "\" is not known; add it to " + IoctlEncoding.class.getSimpleName());
        };
    }
}
