// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx;

import io.jvfio.Errno;
import io.jvfio.VfioException;
import io.jvfio.variant.RegionOps;
import io.jvfio.vendor.mlx.spec.CommandWords;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A region through which commands are run on a function that is up. A command's image is written at {@link #INPUT}, its
 * length at {@link #INPUT_LENGTH}, that of the output at {@link #OUTPUT_LENGTH}; a write to {@link #RUN} runs it, and
 * waits. Then {@link #RESULT} is 0 and the output is at {@link #OUTPUT}, or it is the errno; of a command that the
 * firmware refused the output has status and syndrome, and is all zeros otherwise. The control words are little-endian,
 * as registers of VFIO are; images are as the firmware has them. Two who use it at once spoil each other's images; the
 * firmware gets one command at a time all the same.
 *
 * <p>Threads: thread-safe; one access at a time.
 */
final class CommandRegion implements RegionOps {
    /** Where the input is. */
    static final int INPUT = 0x0000;

    /** Where the output is. */
    static final int OUTPUT = 0x4000;

    /** The input's bytes. */
    static final int INPUT_LENGTH = 0x8000;

    /** The output's bytes. */
    static final int OUTPUT_LENGTH = 0x8004;

    /** Any write runs the command. */
    static final int RUN = 0x8008;

    /** What came of the last command: 0 or an errno. */
    static final int RESULT = 0x800c;

    /** The region's bytes. */
    static final int SIZE = 0x9000;

    private static final int LEAST = 16;

    private final Mlx5 mlx;
    private final byte[] bytes = new byte[SIZE];

    CommandRegion(Mlx5 mlx) {
        this.mlx = mlx;
    }

    @Override
    public boolean slow() {
        return true;
    }

    @Override
    public synchronized long read(long offset, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (bytes[(int) offset + i] & 0xffL) << Byte.SIZE * i;
        }
        return value;
    }

    @Override
    public synchronized void write(long offset, int width, long value) {
        for (int i = 0; i < width; i++) {
            bytes[(int) offset + i] = (byte) (value >>> Byte.SIZE * i);
        }
        if (offset <= RUN && offset + width > RUN) {
            int result = run((int) read(INPUT_LENGTH, Integer.BYTES), (int) read(OUTPUT_LENGTH, Integer.BYTES));
            for (int i = 0; i < Integer.BYTES; i++) {
                bytes[RESULT + i] = (byte) (result >>> Byte.SIZE * i);
            }
        }
    }

    private int run(int inputLength, int outputLength) {
        Arrays.fill(bytes, OUTPUT, INPUT_LENGTH, (byte) 0);
        if (inputLength < LEAST
                || outputLength < LEAST
                || inputLength > CommandSlot.LONGEST
                || outputLength > CommandSlot.LONGEST) {
            return Errno.EINVAL;
        }
        try {
            Hca hca = mlx.hca().orElse(null);
            if (hca == null) {
                return Errno.ENODEV;
            }
            byte[] input = new byte[inputLength];
            System.arraycopy(bytes, INPUT, input, 0, inputLength);
            System.arraycopy(hca.command(input, outputLength), 0, bytes, OUTPUT, outputLength);
            return 0;
        } catch (CommandFailedException e) {
            MemorySegment output = MemorySegment.ofArray(bytes).asSlice(OUTPUT);
            CommandWords.STATUS.set(output, e.status());
            CommandWords.SYNDROME.set(output, e.syndrome());
            return e.errno();
        } catch (VfioException e) {
            return e.errno();
        }
    }
}
