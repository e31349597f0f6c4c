// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.kernel;

import static io.jvfio.internal.uapi.VfioIrqSet.VFIO_DEVICE_SET_IRQS;

import io.jvfio.Errno;
import io.jvfio.Fd;
import io.jvfio.device.IrqRequest;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.uapi.VfioIrqSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Interrupt requests as the kernel takes them. Threads: stateless. */
final class IrqSets {
    /** What the kernel takes for "no eventfd". */
    private static final int NONE = -1;

    private IrqSets() {}

    /** Runs the request; 0, or how many vectors can be had. */
    static int set(Descriptor device, IrqRequest request, String name) {
        VfioIrqSet set = new VfioIrqSet(request.flags(), request.index(), request.start(), request.count());
        List<Fd> held = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment argument = arena.allocate(set.byteSize(), Long.BYTES);
            VfioIrqSet.STRUCT.fill(argument, set);
            fill(argument, request.data(), held);
            int result = device.ioctl(VFIO_DEVICE_SET_IRQS.request(), argument);
            // The kernel's way to say that this index is off already.
            boolean off = result == -Errno.EINVAL && request.disables();
            return off ? 0 : Ioctls.check(result, VFIO_DEVICE_SET_IRQS.name(), subject(request, name));
        } finally {
            held.forEach(Fd::release);
        }
    }

    private static void fill(MemorySegment argument, IrqRequest.Data data, List<Fd> held) {
        switch (data) {
            case IrqRequest.None none -> {}
            case IrqRequest.Bools bools -> {
                for (int i = 0; i < bools.values().size(); i++) {
                    VfioIrqSet.fillBool(argument, i, bools.values().get(i));
                }
            }
            case IrqRequest.EventFds eventFds -> {
                for (int i = 0; i < eventFds.fds().size(); i++) {
                    VfioIrqSet.fillEventfd(argument, i, acquire(eventFds.fds().get(i), held));
                }
            }
        }
    }

    private static int acquire(@Nullable Fd fd, List<Fd> held) {
        if (fd == null) {
            return NONE;
        }
        int raw = fd.acquire();
        held.add(fd);
        return raw;
    }

    private static String subject(IrqRequest request, String name) {
        return request.action() + " of " + request.count() + " vectors from " + request.start() + " of irq index "
                + request.index() + " of " + name;
    }
}
