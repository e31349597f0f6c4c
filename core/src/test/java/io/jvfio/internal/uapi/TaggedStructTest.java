// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.uapi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.device.VfioPci;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Structs of which one part says what another is: unions, arrays with a length, versions. */
class TaggedStructTest {
    private final MemorySegment buffer = Arena.ofAuto().allocate(256);

    @Test
    void a_plane_is_in_a_region_or_a_dma_buf_as_its_flags_say() {
        buffer.set(JAVA_INT_UNALIGNED, 56, 9);

        buffer.set(JAVA_INT_UNALIGNED, 4, VfioDeviceGfxPlaneInfo.VFIO_GFX_PLANE_TYPE_REGION);
        VfioDeviceGfxPlaneInfo inRegion = VfioDeviceGfxPlaneInfo.STRUCT.read(buffer);
        assertThat(inRegion.regionIndex()).isEqualTo(9);
        assertThatThrownBy(inRegion::dmabufId)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("0x4");

        buffer.set(JAVA_INT_UNALIGNED, 4, VfioDeviceGfxPlaneInfo.VFIO_GFX_PLANE_TYPE_DMABUF);
        VfioDeviceGfxPlaneInfo inDmabuf = VfioDeviceGfxPlaneInfo.STRUCT.read(buffer);
        assertThat(inDmabuf.dmabufId()).isEqualTo(9);
        assertThatThrownBy(inDmabuf::regionIndex).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void functions_of_a_hot_reset_are_named_by_group_or_by_devid_as_the_flags_say() {
        VfioPciHotResetInfo.STRUCT.fill(buffer, new VfioPciHotResetInfo(0, 2));
        VfioPciDependentDevice byGroup = new VfioPciDependentDevice(26, 0xfffe, 0xfd, 0xfc);
        VfioPciDependentDevice notOwned =
                new VfioPciDependentDevice(VfioPciDependentDevice.VFIO_PCI_DEVID_NOT_OWNED, 1, 2, 3);
        VfioPciDependentDevice.STRUCT.fill(buffer.asSlice(12), byGroup);
        VfioPciDependentDevice.STRUCT.fill(buffer.asSlice(20), notOwned);

        VfioPciHotResetInfo info = VfioPciHotResetInfo.STRUCT.read(buffer);
        assertThat(info.byDevid()).isFalse();
        assertThat(info.devices(buffer)).containsExactly(byGroup, notOwned);

        buffer.set(JAVA_INT_UNALIGNED, 4, VfioPciHotResetInfo.VFIO_PCI_HOT_RESET_FLAG_DEV_ID);
        assertThat(VfioPciHotResetInfo.STRUCT.read(buffer).byDevid()).isTrue();
    }

    @Test
    void more_functions_than_the_buffer_has_room_for_are_refused() {
        VfioPciHotResetInfo.STRUCT.fill(buffer, new VfioPciHotResetInfo(0, -1));

        VfioPciHotResetInfo info = VfioPciHotResetInfo.STRUCT.read(buffer);
        assertThatThrownBy(() -> info.devices(buffer))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("0xffffffff");
    }

    @Test
    void the_data_of_an_iommu_are_decoded_by_the_type_that_came() {
        buffer.fill((byte) 0x11);
        IommuHwInfo asked = IommuHwInfo.request(1, 64, buffer.address());

        assertThat(asked.data(buffer)).isNull();
        assertThat(of(asked, IommuHwInfo.IOMMU_HW_INFO_TYPE_INTEL_VTD).data(buffer))
                .isEqualTo(new IommuHwInfoVtd(0x11111111, 0x1111111111111111L, 0x1111111111111111L));
        assertThat(of(asked, IommuHwInfo.IOMMU_HW_INFO_TYPE_ARM_SMMUV3).data(buffer))
                .isInstanceOf(IommuHwInfoArmSmmuv3.class);
        assertThat(of(asked, IommuHwInfo.IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV).data(buffer))
                .isEqualTo(new IommuHwInfoTegra241Cmdqv(0x11111111, 0x11, 0x11, 0x11));
        assertThat(of(asked, IommuHwInfo.IOMMU_HW_INFO_TYPE_AMD).data(buffer)).isInstanceOf(IommuHwInfoAmd.class);
        assertThat(of(asked, 99).data(buffer)).isNull();
    }

    private static IommuHwInfo of(IommuHwInfo info, int type) {
        return new IommuHwInfo(info.flags(), info.devId(), info.dataLen(), info.dataUptr(), type, 0, 0);
    }

    @Test
    void the_type_of_an_iommu_is_in_the_field_behind_the_data_pointer() {
        IommuHwInfo.STRUCT.fill(buffer, of(IommuHwInfo.request(1, 64, 2), IommuHwInfo.IOMMU_HW_INFO_TYPE_AMD));

        assertThat(buffer.get(JAVA_INT_UNALIGNED, 24)).isEqualTo(IommuHwInfo.IOMMU_HW_INFO_TYPE_AMD);
        assertThat(IommuHwInfo.STRUCT.read(buffer).dataType()).isEqualTo(IommuHwInfo.IOMMU_HW_INFO_TYPE_AMD);
    }

    @Test
    void an_irq_set_is_as_long_as_its_data() {
        assertThat(irqSet(VfioPci.VFIO_IRQ_SET_DATA_NONE, 5).byteSize()).isEqualTo(20);
        assertThat(irqSet(VfioPci.VFIO_IRQ_SET_DATA_BOOL, 5).byteSize()).isEqualTo(25);
        assertThat(irqSet(VfioPci.VFIO_IRQ_SET_DATA_EVENTFD, 5).byteSize()).isEqualTo(40);
        VfioIrqSet two = irqSet(VfioPci.VFIO_IRQ_SET_DATA_BOOL | VfioPci.VFIO_IRQ_SET_DATA_EVENTFD, 1);
        assertThatThrownBy(two::byteSize)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x26");
    }

    private static VfioIrqSet irqSet(int data, int count) {
        return new VfioIrqSet(data | VfioPci.VFIO_IRQ_SET_ACTION_TRIGGER, 2, 0, count);
    }

    @Test
    void eventfds_and_booleans_of_an_irq_set_follow_its_fixed_part() {
        VfioIrqSet set = irqSet(VfioPci.VFIO_IRQ_SET_DATA_EVENTFD, 2);
        VfioIrqSet.STRUCT.fill(buffer.asSlice(0, set.byteSize()), set);
        VfioIrqSet.fillEventfd(buffer, 0, 17);
        VfioIrqSet.fillEventfd(buffer, 1, -1);
        assertThat(Argsz.of(buffer)).isEqualTo(28);
        assertThat(buffer.get(JAVA_INT_UNALIGNED, 20)).isEqualTo(17);
        assertThat(buffer.get(JAVA_INT_UNALIGNED, 24)).isEqualTo(-1);
        assertThat(VfioIrqSet.readEventfd(buffer, 1)).isEqualTo(-1);

        VfioIrqSet.fillBool(buffer, 3, true);
        assertThat(buffer.get(JAVA_BYTE, 23)).isEqualTo((byte) 1);
        assertThat(VfioIrqSet.readBool(buffer, 3)).isTrue();
        assertThatThrownBy(() -> VfioIrqSet.fillEventfd(buffer.asSlice(0, 24), 1, 3))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void requests_with_lists_tell_their_length_and_their_size() {
        VfioPciHotReset two = new VfioPciHotReset(0, List.of(5, 6));
        VfioPciHotReset.STRUCT.fill(buffer.asSlice(0, two.byteSize()), two);
        assertThat(Argsz.of(buffer)).isEqualTo(20);
        assertThat(buffer.get(JAVA_INT_UNALIGNED, 8)).isEqualTo(2);
        assertThat(new VfioPciHotReset(0, List.of()).byteSize()).isEqualTo(12);

        VfioDeviceFeatureDmaBuf dmaBuf = new VfioDeviceFeatureDmaBuf(2, 0, 0, List.of(new VfioRegionDmaRange(0, 4096)));
        assertThat(dmaBuf.byteSize()).isEqualTo(32);
    }

    @Test
    void an_unmap_makes_room_for_a_bitmap_only_if_it_asks_for_one() {
        VfioIommuType1DmaUnmap plain = new VfioIommuType1DmaUnmap(0, 0x1000, 0x2000);
        VfioIommuType1DmaUnmap.STRUCT.fill(buffer.asSlice(0, plain.byteSize()), plain);
        assertThat(Argsz.of(buffer)).isEqualTo(24);

        VfioIommuType1DmaUnmap dirty =
                new VfioIommuType1DmaUnmap(VfioIommuType1DmaUnmap.VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, 0, 0);
        VfioIommuType1DmaUnmap.STRUCT.fill(buffer.asSlice(0, dirty.byteSize()), dirty);
        assertThat(Argsz.of(buffer)).isEqualTo(48);
        VfioBitmap.STRUCT.fill(VfioIommuType1DmaUnmap.DATA.tail(buffer), new VfioBitmap(4096, 8, 7));
        assertThat(VfioBitmap.STRUCT.read(buffer.asSlice(24))).isEqualTo(new VfioBitmap(4096, 8, 7));
    }

    @Test
    void a_dirty_page_request_makes_room_for_a_range_only_if_it_asks_for_one() {
        assertThat(new VfioIommuType1DirtyBitmap(VfioIommuType1DirtyBitmap.VFIO_IOMMU_DIRTY_PAGES_FLAG_START)
                        .byteSize())
                .isEqualTo(8);
        assertThat(new VfioIommuType1DirtyBitmap(VfioIommuType1DirtyBitmap.VFIO_IOMMU_DIRTY_PAGES_FLAG_GET_BITMAP)
                        .byteSize())
                .isEqualTo(48);
    }

    @Test
    void an_info_request_says_how_much_room_the_whole_segment_has() {
        VfioRegionInfo.STRUCT.fill(buffer.asSlice(0, 96), VfioRegionInfo.request(3));
        assertThat(Argsz.of(buffer)).isEqualTo(96);
        assertThat(VfioRegionInfo.STRUCT.read(buffer).index()).isEqualTo(3);
    }

    @Test
    void older_zpci_capabilities_have_zero_where_newer_fields_are() {
        buffer.fill((byte) 0x22);
        VfioDeviceInfoCapZpciBase first = VfioDeviceInfoCapZpciBase.STRUCT.read(buffer.asSlice(0, 32));
        assertThat(first.fh()).isZero();
        assertThat(first.gid()).isEqualTo(0x22);
        VfioDeviceInfoCapZpciBase second = VfioDeviceInfoCapZpciBase.STRUCT.read(buffer.asSlice(0, 36));
        assertThat(second.fh()).isEqualTo(0x22222222);
        assertThat(second.ccdfErrLength()).isZero();
        assertThat(VfioDeviceInfoCapZpciGroup.STRUCT.read(buffer.asSlice(0, 40)).imaxstbl())
                .isZero();
        assertThatThrownBy(() -> VfioDeviceInfoCapZpciBase.STRUCT.read(buffer.asSlice(0, 31)))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("0x1f");
    }

    @Test
    void strings_of_a_zpci_function_are_as_long_as_they_say_and_not_longer_than_the_capability() {
        MemorySegment capability = buffer.asSlice(0, 16);
        VfioDeviceInfoCapZpciUtil.STRUCT.fill(
                capability, new VfioDeviceInfoCapZpciUtil(new VfioInfoCapHeader(3, 1, 0), 3));
        capability.set(JAVA_BYTE, 14, (byte) 0xc1);
        assertThat(VfioDeviceInfoCapZpciUtil.utilStr(capability, ByteOrder.nativeOrder())
                        .toArray(JAVA_BYTE))
                .containsExactly(0, 0, 0xc1);

        VfioDeviceInfoCapZpciPfip.STRUCT.fill(
                capability, new VfioDeviceInfoCapZpciPfip(new VfioInfoCapHeader(4, 1, 0), 5));
        assertThatThrownBy(() -> VfioDeviceInfoCapZpciPfip.pfip(capability, ByteOrder.nativeOrder()))
                .isInstanceOf(MalformedStructException.class)
                .hasMessageContaining("pfip has 0x5");
    }

    /** What a struct is on a machine of the other byte order, by the golden file. */
    private static MemorySegment foreign(MemorySegment struct, String name) {
        MemorySegment turned = MemorySegment.ofArray(struct.toArray(JAVA_BYTE));
        for (Golden.Field field :
                Objects.requireNonNull(Golden.structs().get(name)).fields()) {
            boolean scalar = !field.type().isEmpty();
            for (long i = 0; scalar && i < field.size() && field.offset() + field.size() <= struct.byteSize(); i++) {
                turned.set(JAVA_BYTE, field.offset() + i, struct.get(JAVA_BYTE, field.offset() + field.size() - 1 - i));
            }
        }
        return turned;
    }

    static LongStream seeds() {
        return Seeds.of(5);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void capabilities_of_a_zpci_function_are_read_in_either_byte_order(long seed) {
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        byte[] bytes = new byte[64];
        new Random(seed).nextBytes(bytes);
        MemorySegment struct = MemorySegment.ofArray(bytes);
        for (int size : new int[] {32, 36, 40, 64}) {
            MemorySegment base = struct.asSlice(0, size);
            assertThat(VfioDeviceInfoCapZpciBase.STRUCT.read(foreign(base, "vfio_device_info_cap_zpci_base"), other))
                    .isEqualTo(VfioDeviceInfoCapZpciBase.STRUCT.read(base, ByteOrder.nativeOrder()))
                    .isEqualTo(VfioDeviceInfoCapZpciBase.STRUCT.read(base));
        }
        VfioDeviceInfoCapZpciBase base = VfioDeviceInfoCapZpciBase.STRUCT.read(struct);
        MemorySegment written = MemorySegment.ofArray(new byte[40]);
        VfioDeviceInfoCapZpciBase.STRUCT.fill(written, base, other);
        assertThat(written.toArray(JAVA_BYTE))
                .isEqualTo(foreign(struct.asSlice(0, 40), "vfio_device_info_cap_zpci_base")
                        .toArray(JAVA_BYTE));
        for (int size : new int[] {40, 48, 64}) {
            MemorySegment group = struct.asSlice(0, size);
            assertThat(VfioDeviceInfoCapZpciGroup.STRUCT.read(foreign(group, "vfio_device_info_cap_zpci_group"), other))
                    .isEqualTo(VfioDeviceInfoCapZpciGroup.STRUCT.read(group));
        }
        VfioDeviceInfoCapZpciUtil.STRUCT.fill(
                struct, new VfioDeviceInfoCapZpciUtil(new VfioInfoCapHeader(3, 1, 0x1234), 7));
        MemorySegment util = foreign(struct, "vfio_device_info_cap_zpci_util");
        assertThat(VfioDeviceInfoCapZpciUtil.STRUCT.read(util, other))
                .isEqualTo(VfioDeviceInfoCapZpciUtil.STRUCT.read(struct));
        assertThat(VfioInfoCapHeader.STRUCT.read(util, other)).isEqualTo(new VfioInfoCapHeader(3, 1, 0x1234));
        assertThat(VfioDeviceInfoCapZpciUtil.utilStr(util, other).toArray(JAVA_BYTE))
                .isEqualTo(struct.asSlice(12, 7).toArray(JAVA_BYTE));
        MemorySegment pfip = foreign(struct, "vfio_device_info_cap_zpci_pfip");
        assertThat(VfioDeviceInfoCapZpciPfip.STRUCT.read(pfip, other))
                .isEqualTo(VfioDeviceInfoCapZpciPfip.STRUCT.read(struct));
        assertThat(VfioDeviceInfoCapZpciPfip.pfip(pfip, other).toArray(JAVA_BYTE))
                .isEqualTo(struct.asSlice(12, 7).toArray(JAVA_BYTE));
    }

    @Test
    void values_too_wide_for_their_field_are_refused() {
        IommuOption option = new IommuOption(0, 0x10000, 0, 0);
        assertThatThrownBy(() -> IommuOption.STRUCT.fill(buffer, option))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0x10000");
        VfioPciDependentDevice device = new VfioPciDependentDevice(0, 0, -1, 0);
        assertThatThrownBy(() -> VfioPciDependentDevice.STRUCT.fill(buffer, device))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0xffffffff");
    }

    @Test
    void fixed_arrays_have_exactly_their_length() {
        assertThatThrownBy(() -> new IommuHwptArmSmmuv3(List.of(1L)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("instead of 2");
    }

    @Test
    void a_vf_token_has_the_bytes_of_its_text_in_order() {
        VfToken.fill(buffer, UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"));

        byte[] bytes = buffer.asSlice(0, VfToken.BYTES.byteSize()).toArray(JAVA_BYTE);
        for (int i = 0; i < 16; i++) {
            assertThat(bytes[i]).isEqualTo((byte) (i * 0x11));
        }
        assertThat(VfToken.read(buffer)).hasToString("00112233-4455-6677-8899-aabbccddeeff");
    }
}
