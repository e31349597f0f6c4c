// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.VfioException;
import io.jvfio.driver.nvme.spec.CompletionEntry;
import io.jvfio.emulation.ModelDma;
import io.jvfio.iommu.Access;
import io.jvfio.iommu.DmaPin;
import io.jvfio.mmio.Layouts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The memory that the device's address space shows.
 *
 * <p>A mapping may be of a file that another process makes shorter: the JVM then throws {@link InternalError}, here or a
 * little later, and the access counts as one that failed.
 *
 * <p>Threads: one at a time.
 */
final class DmaGuestMemory implements GuestMemory {
    private static final VarHandle V32 = Layouts.LE_INT.varHandle().withInvokeExactBehavior();
    private static final VarHandle V64 = Layouts.LE_LONG.varHandle().withInvokeExactBehavior();

    private final ModelDma dma;
    private final DmaPin pin = new DmaPin();

    /** For words of memory that is not in this process. */
    private final MemorySegment word;

    /** Reaches memory by DMA; the arena owns room for a word. */
    DmaGuestMemory(ModelDma dma, Arena arena) {
        this.dma = dma;
        this.word = arena.allocate(CompletionEntry.SIZE, Long.BYTES);
    }

    @Override
    public boolean reachable() {
        return dma.busMaster();
    }

    @Override
    public boolean read(long address, MemorySegment target, long offset, long length) {
        if (!dma.pin(address, length, Access.READ, pin).done()) {
            return false;
        }
        try (pin) {
            long at = offset;
            for (int i = 0; i < pin.parts(); i++) {
                MemorySegment memory = pin.memory(i);
                if (memory == null) {
                    pin.read(0, target.asSlice(offset, length));
                    return true;
                }
                MemorySegment.copy(memory, pin.offset(i), target, at, pin.length(i));
                at += pin.length(i);
            }
            return true;
        } catch (VfioException | IllegalStateException | InternalError e) {
            return false;
        }
    }

    @Override
    public boolean write(long address, MemorySegment source, long offset, long length) {
        if (!dma.pin(address, length, Access.WRITE, pin).done()) {
            return false;
        }
        try (pin) {
            long at = offset;
            for (int i = 0; i < pin.parts(); i++) {
                MemorySegment memory = pin.memory(i);
                if (memory == null) {
                    pin.write(0, source.asSlice(offset, length));
                    return true;
                }
                MemorySegment.copy(source, at, memory, pin.offset(i), pin.length(i));
                at += pin.length(i);
            }
            return true;
        } catch (VfioException | IllegalStateException | InternalError e) {
            return false;
        }
    }

    @Override
    public boolean writeEntries(long address, long[] words, int count) {
        long length = (long) count * CompletionEntry.SIZE;
        if (!dma.pin(address, length, Access.WRITE, pin).done()) {
            return false;
        }
        try (pin) {
            int next = 0;
            for (int i = 0; i < pin.parts(); i++) {
                MemorySegment memory = pin.memory(i);
                if (memory == null || !isOfEntries(memory, pin.offset(i), pin.length(i))) {
                    return writeRemote(words, next, count);
                }
                long end = pin.offset(i) + pin.length(i);
                for (long at = pin.offset(i); at < end; at += CompletionEntry.SIZE) {
                    V64.setRelease(memory, at, words[next++]);
                    V64.setRelease(memory, at + Long.BYTES, words[next++]);
                }
            }
            return true;
        } catch (VfioException | IllegalStateException | InternalError e) {
            return false;
        }
    }

    private static boolean isOfEntries(MemorySegment memory, long offset, long length) {
        return (memory.address() + offset) % Long.BYTES == 0 && length % CompletionEntry.SIZE == 0;
    }

    /** From a word on, entry by entry: the other side sees each whole. */
    private boolean writeRemote(long[] words, int from, int count) {
        for (int i = from; i < 2 * count; i += 2) {
            word.set(Layouts.LE_LONG, 0, words[i]);
            word.set(Layouts.LE_LONG, Long.BYTES, words[i + 1]);
            pin.write((long) i * Long.BYTES, word);
        }
        return true;
    }

    @Override
    public long load(long address) {
        if (!dma.pin(address, Integer.BYTES, Access.READ, pin).done()) {
            return -1;
        }
        try (pin) {
            MemorySegment memory = whole();
            if (memory != null) {
                return Integer.toUnsignedLong((int) V32.getAcquire(memory, pin.offset(0)));
            }
            pin.read(0, word.asSlice(0, Integer.BYTES));
            return Integer.toUnsignedLong(word.get(Layouts.LE_INT, 0));
        } catch (VfioException | IllegalStateException | InternalError e) {
            return -1;
        }
    }

    @Override
    public boolean store(long address, int value) {
        if (!dma.pin(address, Integer.BYTES, Access.WRITE, pin).done()) {
            return false;
        }
        try (pin) {
            MemorySegment memory = whole();
            if (memory != null) {
                V32.setRelease(memory, pin.offset(0), value);
            } else {
                word.set(Layouts.LE_INT, 0, value);
                pin.write(0, word.asSlice(0, Integer.BYTES));
            }
            return true;
        } catch (VfioException | IllegalStateException | InternalError e) {
            return false;
        }
    }

    /** The memory in which the pinned word lies aligned and whole, or null. */
    private @Nullable MemorySegment whole() {
        MemorySegment memory = pin.memory(0);
        boolean aligned = memory != null && pin.parts() == 1 && (memory.address() + pin.offset(0)) % Integer.BYTES == 0;
        return aligned ? memory : null;
    }
}
