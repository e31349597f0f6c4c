// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vfiouser.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jvfio.iommu.IovaRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Offers and replies of the peers that there are, and of some that there should not be. */
final class VersionTest {
    private static final String QEMU =
            "{\"capabilities\": {\"pgsizes\": 4096, \"max_msg_fds\": 16, \"max_dma_maps\": 65535,"
                    + " \"max_data_xfer_size\": 1048576, \"migration\": {\"max_bitmap_size\": 268435456, \"pgsize\": 4096},"
                    + " \"write_multiple\": true}}";

    private static final String LIBVFIO_USER =
            "{\"capabilities\":{ \"max_msg_fds\": 8, \"max_data_xfer_size\": 1048576,"
                    + " \"migration\": {\"pgsize\": 4096}, \"twin_socket\": {\"supported\": true, \"fd_index\": 0} }}";

    private final Message message = new Message(1 << 16);
    private final Message reply = new Message(1 << 16);

    private static final Capabilities SERVER = new Capabilities(
            16,
            1 << 20,
            65535,
            4096,
            true,
            0,
            true,
            new Capabilities.Own(
                    true, List.of("zpci", "acme.fpga"), List.of(9, 11), List.of(0, 2), new IovaRange(0x1000, -1)));

    @AfterEach
    void close() {
        message.close();
        reply.close();
    }

    @Test
    void what_is_written_is_read() {
        Version offer = new Version(
                0,
                1,
                new Capabilities(
                        253,
                        1 << 26,
                        17,
                        0x201000,
                        true,
                        3,
                        true,
                        new Capabilities.Own(true, List.of(), List.of(), List.of(), IovaRange.ALL)));
        offer.write(message, 1);
        assertThat(Version.read(message)).isEqualTo(offer);
    }

    @Test
    void qemu_gets_minor_0_no_twin_and_no_more_bytes_than_it_sent() {
        Version offer = offer(0, 0, QEMU);
        assertThat(message.size()).isEqualTo(214);
        Version answer = offer.answer(SERVER);
        assertThat(answer.minor()).isZero();
        Capabilities said = answer.writeReply(reply, message);
        assertThat(reply.payloadSize())
                .isLessThanOrEqualTo(message.payloadSize())
                .isLessThanOrEqualTo(180);
        assertThat(said.twinSocket()).isFalse();
        assertThat(said.addedRegions()).isFalse();
        assertThat(said.writeMultiple()).isTrue();
        assertThat(Version.read(reply).capabilities()).isEqualTo(said);
    }

    @Test
    void a_short_offer_gets_a_short_answer() {
        Version offer = offer(0, 1, "{\"capabilities\":{}}");
        offer.answer(SERVER).writeReply(reply, message);
        assertThat(reply.payloadSize()).isLessThanOrEqualTo(message.payloadSize());
        assertThat(Version.read(reply).capabilities()).isEqualTo(Capabilities.absent());
    }

    @Test
    void an_offer_without_capabilities_is_answered_with_some_and_without_a_twin() {
        message.beginCommand(0, Command.VERSION, 4);
        message.set16(2, 1);
        Version answer = Version.read(message).answer(SERVER);
        answer.writeReply(reply, message);
        Capabilities said = Version.read(reply).capabilities();
        assertThat(said).isNotNull();
        assertThat(said.twinSocket()).isFalse();
        assertThat(said.maxFds()).isEqualTo(16);
    }

    @Test
    void the_reply_of_libvfio_user_is_accepted_with_its_twin_socket() {
        Version mine = new Version(0, 1, SERVER.withTwinSocket(true, -1));
        Capabilities agreed = mine.accept(offer(0, 1, LIBVFIO_USER), 1);
        assertThat(agreed.twinSocket()).isTrue();
        assertThat(agreed.maxFds()).isEqualTo(8);
        assertThat(agreed.addedRegions()).isFalse();
    }

    @Test
    void a_server_that_does_not_keep_to_the_offer_is_refused() {
        Version mine = new Version(0, 1, Capabilities.absent());
        for (Version wrong : new Version[] {
            new Version(1, 0, null),
            new Version(0, 2, null),
            new Version(0, 1, Capabilities.absent().withTwinSocket(true, 0)),
            new Version(0, 1, Capabilities.absent().withWriteMultiple(true)),
            new Version(0, 1, Capabilities.absent().withMaxTransfer(0)),
            new Version(0, 1, Capabilities.absent().withMaxTransfer(4095)),
            new Version(0, 1, Capabilities.absent().withMaxDmaMaps(0)),
            new Version(0, 1, Capabilities.absent().withPageSizes(0)),
            new Version(0, 1, Capabilities.absent().withPageSizes(0xfff)),
            new Version(0, 1, Capabilities.absent().withPageSizes(1L << 62))
        }) {
            assertThatThrownBy(() -> mine.accept(wrong, 1)).isInstanceOf(ProtocolException.class);
        }
        Version twin = new Version(0, 1, Capabilities.absent().withTwinSocket(true, -1));
        Version missing = new Version(0, 1, Capabilities.absent().withTwinSocket(true, 1));
        assertThatThrownBy(() -> twin.accept(missing, 1)).isInstanceOf(ProtocolException.class);
        assertThat(mine.accept(new Version(0, 0, null), 0)).isEqualTo(Capabilities.absent());
    }

    @ParameterizedTest
    @ValueSource(longs = {0xfff, 0x1_7fff_ffffL, -2})
    void the_reach_of_a_device_is_told_to_whoever_asks_for_what_is_ours(long last) {
        Capabilities server = SERVER.withAddedRegions(true).withReach(new IovaRange(0, last));
        Capabilities ours = Capabilities.absent().withAddedRegions(true);

        assertThat(told(server, ours).reach()).isEqualTo(server.reach());
        assertThat(told(server, Capabilities.absent()).reach()).isEqualTo(IovaRange.ALL);
    }

    /** What a client with such an offer reads. */
    private Capabilities told(Capabilities server, Capabilities client) {
        Version offer = new Version(0, 1, client);
        offer.write(message, 1);
        offer.answer(server).writeReply(reply, message);
        return Version.read(reply).capabilitiesOrAbsent();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 4095})
    void a_client_that_takes_too_little_for_a_transfer_to_come_to_an_end_is_refused(long most) {
        Version offer = new Version(0, 1, Capabilities.absent().withMaxTransfer(most));
        assertThatThrownBy(() -> offer.answer(SERVER))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.name()).isEqualTo("EINVAL"));
        assertThat(new Version(0, 1, Capabilities.absent().withMaxTransfer(4096).withMaxFds(0))
                        .answer(SERVER)
                        .major())
                .isZero();
    }

    @Test
    void another_major_version_is_refused() {
        Version offer = new Version(1, 0, null);
        assertThatThrownBy(() -> offer.answer(SERVER)).isInstanceOf(ProtocolException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{",
                "{}}",
                "null",
                "{\"capabilities\":[]}",
                "{\"capabilities\":{\"max_msg_fds\":-1}}",
                "{\"capabilities\":{\"jvfio_reach\":[\"0x0\"]}}",
                "{\"capabilities\":{\"jvfio_reach\":[\"0x0\",\"0x1\",\"0x2\"]}}",
                "{\"capabilities\":{\"jvfio_reach\":[\"0x2\",\"0x1\"]}}",
                "{\"capabilities\":{\"jvfio_reach\":[0,4095]}}",
                "{\"capabilities\":{\"jvfio_reach\":[\"0x0\",\"0x10000000000000000\"]}}",
                "{\"capabilities\":{\"jvfio_reach\":[\"0x\",\"0x-1\"]}}",
                "{\"capabilities\":{\"max_msg_fds\":1.5}}",
                "{\"capabilities\":{\"max_msg_fds\":\"8\"}}",
                "{\"capabilities\":{\"max_msg_fds\":99999999999}}",
                "{\"capabilities\":{\"max_data_xfer_size\":99999999999999999999999}}",
                "{\"capabilities\":{\"twin_socket\":true}}",
                "{\"capabilities\":{\"twin_socket\":{\"supported\":1}}}",
                "{\"capabilities\":{\"write_multiple\":1}}",
                "{\"capabilities\":{\"max_msg_fds\":8,\"max_msg_fds\":9}}",
                "{\"x\":[[[[[[[[[[]]]]]]]]]]}"
            })
    void malformed_capabilities_are_refused(String text) {
        assertThatThrownBy(() -> offer(0, 1, text + " "))
                .isInstanceOfSatisfying(
                        ProtocolException.class, e -> assertThat(e.name()).isEqualTo("EINVAL"));
    }

    @Test
    void unknown_keys_are_ignored_and_absent_ones_have_defaults() {
        assertThat(offer(0, 1, "{\"x\":[1,{\"y\":null}],\"capabilities\":{\"cmd\":{\"a\":[true]}}}")
                        .capabilities())
                .isEqualTo(Capabilities.absent());
        assertThat(offer(0, 1, "{}").capabilities()).isEqualTo(Capabilities.absent());
    }

    @Test
    void text_that_does_not_end_in_a_zero_is_refused() {
        message.beginCommand(0, Command.VERSION, 6);
        message.set8(4, '{');
        message.set8(5, '}');
        assertThatThrownBy(() -> Version.read(message)).isInstanceOf(ProtocolException.class);
        message.beginCommand(0, Command.VERSION, 3);
        assertThatThrownBy(() -> Version.read(message)).isInstanceOf(ProtocolException.class);
    }

    /** A message as a peer would send it, left in {@link #message}, and what is read from it. */
    private Version offer(int major, int minor, String json) {
        byte[] text = json.getBytes(StandardCharsets.UTF_8);
        message.beginCommand(1, Command.VERSION, 4 + text.length + 1);
        message.set16(0, major);
        message.set16(2, minor);
        MemorySegment.copy(text, 0, message.payload(4, text.length), ValueLayout.JAVA_BYTE, 0, text.length);
        return Version.read(message);
    }
}
