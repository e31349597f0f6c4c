// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.Fd;
import io.jvfio.PciAddress;
import io.jvfio.VfioException;
import io.jvfio.carrier.ForwardingDevice;
import io.jvfio.device.DeviceInfo;
import io.jvfio.device.HotReset;
import io.jvfio.device.HotResetFunction;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.Quiesce;
import io.jvfio.device.Reattachable;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import io.jvfio.device.VfioDevice;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class VariantDeviceTest {
    private static final RegionType TYPE = new RegionType(0x8000_15b3, 7);

    private final List<String> log = new ArrayList<>();
    private final Map<Class<?>, Object> abilities = new HashMap<>();
    private List<InfoCapability> told = List.of();
    private final long[] register = {0x1234_5678};

    private final VfioDevice below = new ForwardingDevice((VfioDevice) Proxy.newProxyInstance(
            VfioDevice.class.getClassLoader(), new Class<?>[] {VfioDevice.class}, (self, method, arguments) -> {
                return switch (method.getName()) {
                    case "info" -> new DeviceInfo(3, 9, 5, told);
                    case "ability" -> Optional.ofNullable(abilities.get((Class<?>) arguments[0]));
                    case "region" -> RegionInfo.absent((int) arguments[0]);
                    case "toString" -> "below";
                    default -> {
                        log.add(method.getName());
                        yield null;
                    }
                };
            }));

    private final class Ops implements RegionOps {
        @Override
        public long read(long offset, int width) {
            return register[0] >>> offset * 8 & -1L >>> 64 - 8 * width;
        }

        @Override
        public void write(long offset, int width, long value) {
            register[0] = value;
        }

        @Override
        public void release() {
            log.add("ops released");
        }
    }

    private final class Vendor extends VariantDevice {
        Vendor(Additions additions) {
            super(below, additions);
        }

        @Override
        protected void quiesce(Duration limit) {
            log.add("vendor quiesced");
        }

        @Override
        protected void wasReset(ResetCause cause) {
            log.add("reset " + cause);
        }

        @Override
        protected void release() {
            log.add("vendor released");
        }
    }

    /** What a vendor's own users ask for. */
    private record VendorApi(String word) {}

    private Vendor vendor() {
        return new Vendor(Additions.none()
                .withRegions(List.of(
                        new AddedRegion(TYPE, 8, true, true, new Ops()),
                        new AddedRegion(new RegionType(1, 2), 4, true, false, new Ops())))
                .withAbility(VendorApi.class, new VendorApi("hello")));
    }

    @Test
    void an_added_region_has_the_next_index_and_says_its_type() {
        Vendor device = vendor();
        assertThat(device.info().regionCount()).isEqualTo(11);
        RegionInfo added = device.region(9);
        assertThat(added.type()).contains(TYPE);
        assertThat(added.size()).isEqualTo(8);
        assertThat(added.writable()).isTrue();
        assertThat(device.region(10).writable()).isFalse();
        assertThat(device.region(8).exists()).isFalse();
    }

    @Test
    void registers_and_bytes_of_an_added_region_reach_its_ops_within_its_bounds() {
        Vendor device = vendor();
        assertThat(device.readRegister(9, 0, 4)).isEqualTo(0x1234_5678);
        device.writeRegister(9, 0, 8, 0x55);
        assertThat(register[0]).isEqualTo(0x55);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocate(100);
            assertThat(device.read(9, 4, bytes)).isEqualTo(4);
            assertThat(device.read(10, 0, bytes)).isEqualTo(4);
            assertThat(bytes.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 0x55);
            assertThat(device.write(9, 0, bytes.asSlice(0, 4))).isEqualTo(4);
            assertThatThrownBy(() -> device.write(10, 0, bytes))
                    .isInstanceOf(VfioException.class)
                    .hasMessageContaining("EINVAL");
        }
        assertThatThrownBy(() -> device.readRegister(9, 5, 4)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> device.readRegister(9, 8, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> device.writeRegister(10, 0, 4, 1)).hasMessageContaining("EINVAL");
        assertThat(device.map(9, 0, 8)).isEmpty();
        assertThat(device.file(9)).isEmpty();
        assertThat(log).isEmpty();
    }

    @Test
    void an_added_region_gives_and_takes_the_bits_of_the_width_alone() {
        RegionOps careless = new RegionOps() {
            @Override
            public long read(long offset, int width) {
                return register[0];
            }

            @Override
            public void write(long offset, int width, long value) {
                register[0] = value;
            }
        };
        Vendor device =
                new Vendor(Additions.none().withRegions(List.of(new AddedRegion(TYPE, 8, true, true, careless))));
        assertThat(device.readRegister(9, 0, 1)).isEqualTo(0x78);
        device.writeRegister(9, 0, 2, -1);
        assertThat(register[0]).isEqualTo(0xffff);
    }

    @Test
    void an_ability_of_a_type_that_is_not_named_stops() {
        Object probe = new Object();
        abilities.put(Object.class, probe);
        abilities.put(
                Fd.class,
                Proxy.newProxyInstance(
                        Fd.class.getClassLoader(), new Class<?>[] {Fd.class}, (self, method, arguments) -> null));
        abilities.put(
                Reattachable.class,
                Proxy.newProxyInstance(
                        Reattachable.class.getClassLoader(), new Class<?>[] {Reattachable.class}, (s, m, a) -> null));
        Vendor device = vendor();
        assertThat(device.ability(Object.class)).isEmpty();
        assertThat(device.ability(Fd.class)).isEmpty();
        assertThat(device.ability(Reattachable.class).orElseThrow()).isSameAs(abilities.get(Reattachable.class));
        assertThat(device.ability(VendorApi.class)).contains(new VendorApi("hello"));
        assertThat(new Vendor(Additions.none().withPassed(Set.of(Object.class))).ability(Object.class))
                .containsSame(probe);
        assertThat(device.ability(HotReset.class)).isEmpty();
    }

    private interface OfThePlatform extends PlatformApi {}

    @Test
    void what_a_platform_s_layer_offers_passes_whatever_is_above_it() {
        OfThePlatform api = new OfThePlatform() {};
        abilities.put(OfThePlatform.class, api);
        assertThat(vendor().ability(OfThePlatform.class)).containsSame(api);
        assertThat(vendor().ability(PlatformApi.class)).isEmpty();
    }

    @Test
    void what_the_device_below_says_of_itself_is_shown_as_it_is_now() {
        InfoCapability added = new InfoCapability(0x77, 1, MemorySegment.ofArray(new byte[8]));
        InfoCapability changing = new InfoCapability(1, 1, MemorySegment.ofArray(new byte[8]));
        InfoCapability changed = new InfoCapability(1, 2, MemorySegment.ofArray(new byte[8]));
        told = List.of(changing);
        Vendor plain = new Vendor(Additions.none());
        Vendor adding = new Vendor(Additions.none()
                .withCapabilities(List.of(added))
                .withRegions(List.of(new AddedRegion(TYPE, 8, true, true, new Ops()))));
        assertThat(plain.info().capabilities()).containsExactly(changing);
        assertThat(adding.info().capabilities()).containsExactly(changing, added);
        told = List.of(changed);
        assertThat(plain.info().capabilities()).containsExactly(changed);
        assertThat(adding.info().capabilities()).containsExactly(changed, added);
        assertThat(adding.info().regionCount()).isEqualTo(10);
    }

    @Test
    void the_storeys_come_to_rest_from_the_top_and_are_freed_in_order() {
        abilities.put(Quiesce.class, (Quiesce) limit -> log.add("below quiesced"));
        Vendor device = vendor();
        Quiesce.run(device);
        device.close();
        device.close();
        assertThat(log)
                .containsExactly(
                        "vendor quiesced",
                        "below quiesced",
                        "vendor released",
                        "ops released",
                        "ops released",
                        "close");
        assertThatIllegalStateException().isThrownBy(() -> device.readRegister(9, 0, 4));
        Quiesce rest = device.ability(Quiesce.class).orElseThrow();
        assertThatIllegalStateException().isThrownBy(() -> rest.quiesce(Duration.ZERO));
    }

    @Test
    void a_storey_that_does_not_come_to_rest_does_not_stop_the_close() {
        abilities.put(Quiesce.class, (Quiesce) limit -> {
            throw new IllegalArgumentException("not now");
        });
        Vendor device = vendor();
        Quiesce.run(device);
        assertThat(log).containsExactly("vendor quiesced");
    }

    @Test
    void a_reset_of_any_kind_is_told_after_it_is_done() {
        HotReset carrier = new HotReset() {
            @Override
            public Optional<PciAddress> self() {
                return Optional.of(PciAddress.parse("0000:01:00.0"));
            }

            @Override
            public HotReset carrier() {
                return this;
            }

            @Override
            public List<HotResetFunction> functions() {
                return List.of();
            }

            @Override
            public int group() {
                return 4;
            }

            @Override
            public void reset(Collection<? extends HotReset> others) {
                log.add("hot reset with " + others.size());
            }
        };
        abilities.put(HotReset.class, carrier);
        Vendor device = vendor();
        device.reset();
        HotReset hot = device.ability(HotReset.class).orElseThrow();
        assertThat(device.ability(HotReset.class)).containsSame(hot);
        assertThat(hot.carrier()).isSameAs(carrier);
        assertThat(hot.self()).isEqualTo(carrier.self());
        assertThat(hot.group()).isEqualTo(4);
        hot.before();
        hot.reset(List.of());
        hot.after(true);
        hot.after(false);
        assertThat(log).containsExactly("reset", "reset FUNCTION", "hot reset with 0", "reset HOT");
    }
}
