// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.RegionType;
import io.jvfio.interrupt.InterruptType;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a variant cannot do without, or would rather have. They are facts of the opened device, not names of drivers: a
 * variant that needs migration asks for the feature.
 *
 * <p>Threads: immutable.
 *
 * @param regions device-specific regions
 * @param features numbers of features, {@code VFIO_DEVICE_FEATURE_*}
 * @param vectors how many interrupt vectors of each type
 * @param byteOrders the byte orders of the machine for which it is made; empty for all
 * @param kernelDrivers names of kernel drivers of which one should be bound; only as a wish, never as a need
 */
public record VariantNeeds(
        Set<RegionType> regions,
        Set<Integer> features,
        Map<InterruptType, Integer> vectors,
        Set<ByteOrder> byteOrders,
        Set<String> kernelDrivers) {
    private static final VariantNeeds NONE = new VariantNeeds(Set.of(), Set.of(), Map.of(), Set.of(), Set.of());

    /** Copies the collections. */
    public VariantNeeds {
        regions = Set.copyOf(regions);
        features = Set.copyOf(features);
        vectors = Map.copyOf(vectors);
        byteOrders = Set.copyOf(byteOrders);
        kernelDrivers = Set.copyOf(kernelDrivers);
    }

    /** Nothing. */
    public static VariantNeeds none() {
        return NONE;
    }

    /** The same and this region. */
    public VariantNeeds withRegion(RegionType type) {
        return new VariantNeeds(Sets.with(regions, type), features, vectors, byteOrders, kernelDrivers);
    }

    /** The same and this feature. */
    public VariantNeeds withFeature(int number) {
        return new VariantNeeds(regions, Sets.with(features, number), vectors, byteOrders, kernelDrivers);
    }

    /** The same and so many vectors of this type. */
    public VariantNeeds withVectors(InterruptType type, int count) {
        Map<InterruptType, Integer> more = new TreeMap<>(vectors);
        more.put(type, count);
        return new VariantNeeds(regions, features, more, byteOrders, kernelDrivers);
    }

    /** The same on machines of this byte order. */
    public VariantNeeds withByteOrder(ByteOrder order) {
        return new VariantNeeds(regions, features, vectors, Sets.with(byteOrders, order), kernelDrivers);
    }

    /** The same and one of these kernel drivers. */
    public VariantNeeds withKernelDrivers(Set<String> drivers) {
        return new VariantNeeds(regions, features, vectors, byteOrders, drivers);
    }

    boolean isEmpty() {
        return equals(NONE);
    }

    /** What a device lacks of it, each in words, in a fixed order. */
    List<String> lacking(VariantView device) {
        List<String> missing = new ArrayList<>();
        regions.stream()
                .filter(type -> device.region(type).isEmpty())
                .sorted(Comparator.comparingInt(RegionType::type).thenComparingInt(RegionType::subtype))
                .forEach(type -> missing.add(type.toString()));
        features.stream()
                .sorted()
                .filter(number -> !device.hasFeature(number))
                .forEach(number -> missing.add("feature " + number));
        new TreeMap<>(vectors).forEach((type, count) -> {
            if (device.vectors(type) < count) {
                missing.add(count + " vectors of " + type + " (it has " + device.vectors(type) + ")");
            }
        });
        if (!byteOrders.isEmpty() && !byteOrders.contains(ByteOrder.nativeOrder())) {
            missing.add("a machine of another byte order than " + ByteOrder.nativeOrder());
        }
        String driver =
                device.identity().facts().flatMap(FunctionFacts::kernelDriver).orElse("");
        if (!kernelDrivers.isEmpty() && !kernelDrivers.contains(driver)) {
            missing.add("the kernel driver "
                    + String.join(" or ", kernelDrivers.stream().sorted().toList())
                    + (driver.isEmpty() ? "" : " (bound: " + driver + ")"));
        }
        return missing;
    }

    /** Sets that grow by one. Threads: stateless. */
    private static final class Sets {
        private Sets() {}

        static <T> Set<T> with(Set<T> set, T element) {
            Set<T> more = new HashSet<>(set);
            more.add(element);
            return more;
        }
    }
}
