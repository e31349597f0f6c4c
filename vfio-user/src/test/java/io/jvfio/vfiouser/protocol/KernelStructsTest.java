// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.jvfio.device.DeviceInfo;
import io.jvfio.device.InfoCapability;
import io.jvfio.device.IrqInfo;
import io.jvfio.device.IrqRequest;
import io.jvfio.device.RegionArea;
import io.jvfio.device.RegionInfo;
import io.jvfio.device.RegionType;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The payloads that are the kernel's structs, by the offsets of the protocol's specification. */
class KernelStructsTest {
    private static final int LIMIT = 8192;

    private final Message request = new Message(LIMIT);
    private final Message reply = new Message(LIMIT);

    @AfterEach
    void free() {
        request.close();
        reply.close();
    }

    private static int[] words(Message message) {
        assertThat(message.payloadSize() % 4).isZero();
        return IntStream.range(0, message.payloadSize() / 4)
                .map(i -> message.u32(4L * i))
                .toArray();
    }

    @Test
    void a_device_without_capabilities_has_16_bytes() {
        InfoMessages.askDevice(request, 1, 4096);
        assertThat(words(request)).containsExactly(4096, 0, 0, 0);
        InfoMessages.tellDevice(reply, request, 4096, new DeviceInfo(0x83, 9, 5, List.of()));
        assertThat(words(reply)).containsExactly(16, 3, 9, 5);
        assertThat(InfoMessages.device(reply)).isEqualTo(new DeviceInfo(3, 9, 5, List.of()));
    }

    @Test
    void capabilities_of_a_device_start_at_byte_24_and_are_left_out_together_where_they_do_not_fit() {
        InfoCapability capability = InfoCapability.type(new RegionType(0x11, 0x22));
        DeviceInfo info = new DeviceInfo(3, 9, 5, List.of(capability, capability));
        InfoMessages.askDevice(request, 1, 56);
        InfoMessages.tellDevice(reply, request, 56, info);
        assertThat(words(reply)).startsWith(56, 0x83, 9, 5, 24, 0);
        assertThat(reply.u16(24)).isEqualTo(2);
        assertThat(reply.u16(26)).isEqualTo(1);
        assertThat(words(reply)).endsWith(40, 0x11, 0x22, words(reply)[10], 0, 0x11, 0x22);
        assertThat(InfoMessages.device(reply).capabilities()).hasSize(2);

        InfoMessages.tellDevice(reply, request, 55, info);
        assertThat(words(reply)).containsExactly(56, 3, 9, 5);
    }

    @Test
    void capabilities_of_a_region_start_at_byte_32_and_are_left_out_together_where_they_do_not_fit() {
        InfoMessages.askRegion(request, 1, 2, 64);
        assertThat(words(request)).containsExactly(64, 0, 2, 0, 0, 0, 0, 0);
        RegionArea area = new RegionArea(0x1000, 0x2000);
        RegionInfo info = new RegionInfo(2, 7, 0x4000, List.of(), List.of(InfoCapability.sparse(List.of(area))));

        assertThat(InfoMessages.tellRegion(reply, request, 64, info, 0x9000)).isTrue();
        assertThat(reply.payloadSize()).isEqualTo(64);
        assertThat(words(reply)).startsWith(64, 0xf, 2, 32);
        assertThat(reply.u64(16)).isEqualTo(0x4000);
        assertThat(reply.u64(24)).isEqualTo(0x9000);
        assertThat(reply.u16(32)).isEqualTo(1);
        assertThat(reply.u32(36)).as("next").isZero();
        assertThat(reply.u32(40)).as("areas").isEqualTo(1);
        assertThat(reply.u64(48)).isEqualTo(0x1000);
        assertThat(reply.u64(56)).isEqualTo(0x2000);

        assertThat(InfoMessages.tellRegion(reply, request, 63, info, 0x9000)).isFalse();
        assertThat(reply.payloadSize()).isEqualTo(32);
        assertThat(words(reply)).startsWith(64, 7, 2, 0);
        assertThat(InfoMessages.needed(reply)).isEqualTo(64);
    }

    @Test
    void a_chain_that_goes_backwards_is_refused_and_one_that_was_cut_ends() {
        InfoMessages.askRegion(request, 1, 2, 64);
        RegionInfo info = new RegionInfo(2, 7, 0x4000, List.of(), List.of(InfoCapability.type(new RegionType(1, 2))));
        InfoMessages.tellRegion(reply, request, 64, info, 0);
        reply.set32(36, 48);
        assertThat(InfoMessages.capabilities(reply, InfoMessages.region(reply, 2)))
                .hasSize(1);
        for (int bad : new int[] {32, 39, 8, -8, Integer.MIN_VALUE}) {
            reply.set32(36, bad);
            assertThatExceptionOfType(ProtocolException.class)
                    .isThrownBy(() -> InfoMessages.capabilities(reply, InfoMessages.region(reply, 2)));
        }
    }

    @Test
    void an_interrupt_index_has_16_bytes() {
        InfoMessages.askIrq(request, 1, 2);
        assertThat(words(request)).containsExactly(16, 0, 2, 0);
        InfoMessages.tellIrq(reply, request, new IrqInfo(2, 9, 64));
        assertThat(words(reply)).containsExactly(16, 9, 2, 64);
    }

    @Test
    void eventfds_of_vectors_are_no_part_of_the_payload_and_flags_are() {
        IrqRequest assign = IrqRequest.assign(2, 0, Collections.nCopies(8, null));
        SetIrqs.write(request, 1, SetIrqs.of(assign, 4, 3), List.of());
        assertThat(words(request)).containsExactly(20, 0x24, 2, 4, 3);

        IrqRequest some = IrqRequest.trigger(1, 0, List.of(true, false, false, true));
        SetIrqs.write(request, 1, SetIrqs.of(some, 0, 4), List.of(true, false, false, true));
        assertThat(request.payloadSize()).isEqualTo(24);
        assertThat(IntStream.range(0, 5).map(i -> request.u32(4L * i))).containsExactly(24, 0x22, 1, 0, 4);
        assertThat(IntStream.range(20, 24).map(request::u8)).containsExactly(1, 0, 0, 1);
    }

    @Test
    void a_feature_names_the_bytes_that_it_takes_back() {
        Feature.begin(request, 1, 0x2_000a, 4, 8);
        assertThat(words(request)).containsExactly(16, 0x2_000a, 0);
        Feature.beginReply(reply, request, 4);
        assertThat(words(reply)).containsExactly(12, 0x2_000a, 0);
    }
}
