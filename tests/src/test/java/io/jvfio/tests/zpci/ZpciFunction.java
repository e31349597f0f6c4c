// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.zpci;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Fd;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.carrier.IrqOwners;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.VfioPci;
import io.jvfio.device.ZpciErrors;
import io.jvfio.emulation.EmulatedDevice;
import io.jvfio.emulation.EmulationOptions;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.Notices;
import io.jvfio.platform.zpci.spec.BaseCapability;
import io.jvfio.platform.zpci.spec.ErrorRecord;
import io.jvfio.platform.zpci.spec.GroupCapability;
import io.jvfio.platform.zpci.spec.PfipCapability;
import io.jvfio.platform.zpci.spec.UtilityString;
import io.jvfio.platform.zpci.spec.ZpciCapabilities;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A model that says that it is a zPCI function, with records of errors and a handle that a reset changes. */
final class ZpciFunction extends ForwardingDevice {
    static final long START = 0x8_0000_0000L;
    static final long END = 0x8_0fff_ffffL;
    static final int HANDLE = 0x8002_0000;
    static final int FID = 0x10;
    static final int VECTORS = 4;

    static final ZpciCapabilities CAPABILITIES = new ZpciCapabilities(
            new BaseCapability(3, START, END, 0x1c4, 2, 0, 0xb, 0x20, HANDLE, ErrorRecord.SIZE),
            new GroupCapability(2, 0, 0xfe00_0000_0000_0000L, 1, 4000, VECTORS, 128, 0, 128),
            UtilityString.of("PORT 1"),
            new PfipCapability(List.of(0, 1, 2, 3)));

    final ConcurrentLinkedQueue<byte[]> records = new ConcurrentLinkedQueue<>();
    private final CarrierContext context = CarrierContext.of();
    private final IrqOwners irqs = new IrqOwners(context, "a zPCI function", this::set);
    private final Optional<ZpciErrors> errors;
    private final boolean signals;
    private volatile List<InfoCapability> capabilities;
    private volatile @Nullable Fd error;
    private volatile ZpciCapabilities now = CAPABILITIES;

    private ZpciFunction(String model, boolean records, boolean signals) {
        super(EmulatedDevice.open(model, EmulationOptions.defaults()));
        ZpciErrors queue = () -> Optional.ofNullable(this.records.poll());
        this.errors = records ? Optional.of(queue) : Optional.empty();
        this.signals = signals;
        this.capabilities = CAPABILITIES.toList();
        irqs.watch(this);
    }

    /** One with all there is. */
    static ZpciFunction of(String model) {
        return new ZpciFunction(model, true, true);
    }

    /** One whose kernel has no records, or that has no ERR interrupt. */
    static ZpciFunction of(String model, boolean records, boolean signals) {
        return new ZpciFunction(model, records, signals);
    }

    /** Says other things of itself. */
    ZpciFunction saying(List<InfoCapability> other) {
        capabilities = other;
        return this;
    }

    static ErrorRecord record(int code, long address) {
        return new ErrorRecord(HANDLE, FID, 0, 0, 0, false, false, address, code);
    }

    /** Fails, as the machine has it: a record, and ERR. */
    void fail(int code, long address) {
        records.add(record(code, address).bytes());
        Fd eventfd = error;
        if (signals && eventfd != null) {
            int number = eventfd.acquire();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment one = arena.allocateFrom(ValueLayout.JAVA_LONG.withOrder(ByteOrder.nativeOrder()), 1);
                assertThat(SystemCalls.linux().write(number, one, Long.BYTES)).isEqualTo(Long.BYTES);
            } finally {
                eventfd.release();
            }
        }
    }

    /** ERR is this function's own, everything else the model's. */
    private int set(IrqRequest request) {
        if (request.index() != VfioPci.VFIO_PCI_ERR_IRQ_INDEX) {
            return super.setIrqs(request);
        }
        error = request.data() instanceof IrqRequest.EventFds given
                ? given.fds().getFirst()
                : null;
        return 0;
    }

    @Override
    public int setIrqs(IrqRequest request) {
        return irqs.set(request);
    }

    @Override
    public DeviceInfo info() {
        DeviceInfo model = super.info();
        List<InfoCapability> all = Stream.concat(model.capabilities().stream(), capabilities.stream())
                .toList();
        return new DeviceInfo(
                model.flags() | VfioPci.VFIO_DEVICE_FLAGS_CAPS,
                model.regionCount(),
                model.irqCount(),
                all,
                model.reach());
    }

    @Override
    public IrqInfo irq(int index) {
        return index == VfioPci.VFIO_PCI_ERR_IRQ_INDEX && !signals ? IrqInfo.absent(index) : super.irq(index);
    }

    /** As the slot's: the function is disabled and enabled. */
    @Override
    public void reset() {
        super.reset();
        BaseCapability base = now.base();
        now = new ZpciCapabilities(
                base.withHandle(base.fh() + (1 << 24)), CAPABILITIES.group(), CAPABILITIES.util(), CAPABILITIES.pfip());
        capabilities = now.toList();
    }

    @Override
    public <T> Optional<T> ability(Class<T> type) {
        if (type == Notices.class) {
            return Optional.of(type.cast(irqs.notices()));
        }
        return type == ZpciErrors.class ? errors.map(type::cast) : super.ability(type);
    }

    @Override
    public void close() {
        irqs.close();
        super.close();
        context.dispatcher().close();
    }
}
