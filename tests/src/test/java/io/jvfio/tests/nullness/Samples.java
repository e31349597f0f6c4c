// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.nullness;

import io.jvfio.DeviceLocator;
import io.jvfio.PciAddress;
import io.jvfio.Setting;
import io.jvfio.Vfio;
import io.jvfio.binding.BindRequest;
import io.jvfio.carrier.Abilities;
import io.jvfio.carrier.CarrierContext;
import io.jvfio.device.DeviceFeature;
import io.jvfio.device.IrqOwner;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VariantChoice;
import io.jvfio.host.Host;
import io.jvfio.internal.sys.Descriptor;
import io.jvfio.internal.sys.SystemCalls;
import io.jvfio.interrupt.InterruptDispatcher;
import io.jvfio.iommu.IovaRange;
import io.jvfio.iommu.MapRequest;
import io.jvfio.mmio.Field;
import io.jvfio.mmio.Word32;
import io.jvfio.pci.PciDevice;
import io.jvfio.pci.config.ConfigImage;
import io.jvfio.ring.ConsumerRing;
import io.jvfio.ring.ProducerRing;
import io.jvfio.variant.ConfigOverlay;
import io.jvfio.variant.MatchRule;
import io.jvfio.variant.Modalias;
import java.io.IOException;
import java.io.Reader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** A good value of each type that the API takes: made by hand, or of the samples of a record's components. */
final class Samples {
    private static final int SIZE = 4096;

    private static final Map<Class<?>, Object> BY_HAND = Map.ofEntries(
            Map.entry(boolean.class, true),
            Map.entry(byte.class, (byte) 1),
            Map.entry(short.class, (short) 1),
            Map.entry(int.class, 1),
            Map.entry(long.class, (long) SIZE),
            Map.entry(String.class, "0000:00:04.0"),
            Map.entry(String[].class, new String[] {"a sample"}),
            Map.entry(byte[].class, new byte[] {1}),
            Map.entry(ConfigImage.class, ConfigImage.of(new byte[64])),
            Map.entry(Setting[].class, new Setting[0]),
            Map.entry(ClassLoader[].class, new ClassLoader[0]),
            Map.entry(AutoCloseable[].class, new AutoCloseable[0]),
            Map.entry(IrqOwner.class, IrqOwner.of("a sample")),
            Map.entry(DeviceFeature.Direction.class, DeviceFeature.Direction.PROBE_SET),
            Map.entry(Object.class, CarrierContext.of()),
            Map.entry(PciDevice.class, Vfio.open("model:edu")),
            Map.entry(ProducerRing.class, ProducerRing.of(64, 64)),
            Map.entry(
                    ConsumerRing.class,
                    ConsumerRing.of(Arena.global().allocate(SIZE), 64, Word32.at(60), Field.bit(31), 1)),
            Map.entry(UUID.class, new UUID(1, 2)),
            Map.entry(Path.class, Path.of("/nowhere")),
            Map.entry(Duration.class, Duration.ofSeconds(1)),
            Map.entry(List.class, List.of()),
            Map.entry(Set.class, Set.of()),
            Map.entry(Map.class, Map.of()),
            Map.entry(Optional.class, Optional.empty()),
            Map.entry(Arena.class, Arena.global()),
            Map.entry(MemorySegment.class, Arena.global().allocate(SIZE)),
            Map.entry(Instant.class, Instant.EPOCH),
            Map.entry(Throwable.class, new IllegalStateException("a sample")),
            Map.entry(Reader.class, Reader.nullReader()),
            Map.entry(InterruptDispatcher.class, InterruptDispatcher.of(CarrierContext.of())),
            Map.entry(PciAddress.class, PciAddress.parse("0000:00:04.0")),
            Map.entry(DeviceLocator.class, DeviceLocator.parse("0000:00:04.0")),
            Map.entry(OpenOptions.class, OpenOptions.defaults()),
            Map.entry(MapRequest.class, MapRequest.defaults()),
            Map.entry(IovaRange.class, IovaRange.ofBits(32)),
            Map.entry(Descriptor.class, Descriptor.of(SystemCalls.linux(), Integer.MAX_VALUE, "open", "a sample")),
            Map.entry(Modalias.class, Modalias.parse("pci:v00001234d000011E8sv00000000sd00000000bcFFsc00i00")),
            Map.entry(BindRequest.class, BindRequest.auto()),
            Map.entry(Class.class, String.class),
            Map.entry(ByteOrder.class, ByteOrder.BIG_ENDIAN),
            Map.entry(VariantChoice.class, VariantChoice.auto()),
            Map.entry(MatchRule.class, MatchRule.any()),
            Map.entry(Abilities.class, Abilities.none()),
            Map.entry(ConfigOverlay.class, ConfigOverlay.none()),
            Map.entry(IOException.class, new IOException("a sample")),
            Map.entry(Host.class, Host.of(Path.of("/nowhere"), Path.of("/nowhere"))));

    private Samples() {}

    /** Whether there is an object to call methods of. */
    static boolean has(Class<?> type) {
        return BY_HAND.containsKey(type) || type.isRecord();
    }

    static Object receiver(Method method) {
        return Modifier.isStatic(method.getModifiers()) ? null : of(method.getDeclaringClass());
    }

    static Object[] of(Class<?>... types) {
        return Arrays.stream(types).map(Samples::of).toArray();
    }

    private static Object of(Class<?> type) {
        Object found = BY_HAND.get(type);
        if (found != null) {
            return found;
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[0];
        }
        if (type.isRecord()) {
            return construct(type);
        }
        if (type.isSealed()) {
            return Arrays.stream(type.getPermittedSubclasses())
                    .filter(Samples::canBeMade)
                    .findFirst()
                    .map(Samples::of)
                    .orElseThrow(() -> new IllegalStateException("no sample of " + type));
        }
        if (type.isInterface()) {
            return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                throw new UnsupportedOperationException(method.toString());
            });
        }
        throw new IllegalStateException("no sample of " + type);
    }

    private static boolean canBeMade(Class<?> type) {
        return BY_HAND.containsKey(type) || type.isEnum() || type.isRecord() || type.isSealed();
    }

    private static Object construct(Class<?> record) {
        Class<?>[] types = Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
        try {
            Constructor<?> constructor = record.getDeclaredConstructor(types);
            return constructor.newInstance(of(types));
        } catch (InvocationTargetException e) {
            throw new IllegalStateException("the sample of " + record + " is refused", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
