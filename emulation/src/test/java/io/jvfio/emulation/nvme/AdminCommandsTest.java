// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminOpcode.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.jvfio.driver.nvme.spec.AdminCommand;
import io.jvfio.driver.nvme.spec.Cns;
import io.jvfio.driver.nvme.spec.IdentifyController;
import io.jvfio.driver.nvme.spec.IdentifyNamespace;
import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.driver.nvme.spec.NamespaceDescriptor;
import io.jvfio.driver.nvme.spec.StatusCode;
import io.jvfio.mmio.Layouts;
import io.jvfio.mmio.Word32;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AdminCommandsTest {
    private static final int ALL = -1;

    private final Rig rig = new Rig(3, false).enable();
    private final MemorySegment out = rig.data(4096);

    @AfterEach
    void close() {
        rig.close();
    }

    private static Sqe identify(int cns, int nsid) {
        return Sqe.of(IDENTIFY).cdw10(cns).nsid(nsid).prp(Rig.DATA, Rig.DATA + 4096);
    }

    private StatusCode status(Sqe command) {
        return rig.admin.status(command);
    }

    private int[] list() {
        return new int[] {
            Word32.at(0).of(out),
            Word32.at(4).of(out),
            Word32.at(8).of(out),
            Word32.at(12).of(out)
        };
    }

    @Test
    void the_controller_says_what_it_is() {
        assertThat(status(identify(Cns.CONTROLLER, 0))).isEqualTo(SUCCESS);
        assertThat(IdentifyController.VID.of(out)).isEqualTo(0x1234);
        assertThat(IdentifyController.SSVID.of(out)).isEqualTo(0x5678);
        assertThat(IdentifyController.SN.of(out)).isEqualTo("SERIAL");
        assertThat(IdentifyController.MN.of(out)).isEqualTo("jvfio NVMe model");
        assertThat(IdentifyController.FR.of(out)).isEqualTo("1.0");
        assertThat(IdentifyController.VER.of(out)).isEqualTo(0x10400);
        assertThat(IdentifyController.NN.of(out)).isEqualTo(3);
        assertThat(IdentifyController.MDTS.of(out)).isEqualTo(8);
        assertThat(IdentifyController.SQES.of(out)).isEqualTo(0x66);
        assertThat(IdentifyController.CQES.of(out)).isEqualTo(0x44);
        assertThat(IdentifyController.VWC.of(out)).isEqualTo(7);
        assertThat(IdentifyController.ONCS.of(out)).isEqualTo(0xdd);
        assertThat(IdentifyController.OACS.of(out)).isEqualTo(0x102);
        assertThat(IdentifyController.TNVMCAP.of(out)).isEqualTo(3 * Rig.NAMESPACE_SIZE);
        assertThat(IdentifyController.SUBNQN.of(out)).startsWith("nqn.2014-08.org.nvmexpress:uuid:");
        assertThat(IdentifyController.SGLS.of(out)).isEqualTo(0x10001);
    }

    @Test
    void a_namespace_says_how_large_it_is_and_which_formats_it_has() {
        assertThat(status(identify(Cns.NAMESPACE, 2))).isEqualTo(SUCCESS);
        assertThat(IdentifyNamespace.NSZE.of(out)).isEqualTo(Rig.NAMESPACE_SIZE / 512);
        assertThat(IdentifyNamespace.NCAP.of(out)).isEqualTo(Rig.NAMESPACE_SIZE / 512);
        assertThat(IdentifyNamespace.NUSE.of(out)).isEqualTo(Rig.NAMESPACE_SIZE / 512);
        assertThat(IdentifyNamespace.NLBAF.of(out)).isEqualTo(1);
        assertThat(IdentifyNamespace.FLBAS.of(out)).isZero();
        assertThat(IdentifyNamespace.format(0).of(out)).isEqualTo(9 << 16);
        assertThat(IdentifyNamespace.format(1).of(out)).isEqualTo(12 << 16);
        assertThat(IdentifyNamespace.DLFEAT.of(out)).isEqualTo(9);
    }

    @ParameterizedTest(name = "structure {0} of namespace {1}: {2}")
    @CsvSource({
        "0, 0, INVALID_NAMESPACE_OR_FORMAT",
        "0, 4, INVALID_NAMESPACE_OR_FORMAT",
        "0, -1, INVALID_NAMESPACE_OR_FORMAT",
        "2, -1, INVALID_NAMESPACE_OR_FORMAT",
        "2, -2, INVALID_NAMESPACE_OR_FORMAT",
        "2, -3, SUCCESS",
        "3, 0, INVALID_NAMESPACE_OR_FORMAT",
        "3, 4, INVALID_NAMESPACE_OR_FORMAT",
        "4, 0, INVALID_FIELD",
        "6, 0, INVALID_FIELD",
        "16, 0, INVALID_FIELD",
        "255, 0, INVALID_FIELD",
    })
    void structures_that_are_not_there_are_refused(int cns, int nsid, StatusCode status) {
        assertThat(status(identify(cns, nsid))).isEqualTo(status);
    }

    @Test
    void the_list_has_attached_namespaces_above_a_number() {
        status(identify(Cns.ACTIVE_NAMESPACES, 0));
        assertThat(list()).containsExactly(1, 2, 3, 0);
        status(identify(Cns.ACTIVE_NAMESPACES, 1));
        assertThat(list()).containsExactly(2, 3, 0, 0);
        rig.controller.attach(2, false);
        status(identify(Cns.ACTIVE_NAMESPACES, 0));
        assertThat(list()).containsExactly(1, 3, 0, 0);
        status(identify(Cns.ACTIVE_NAMESPACES, 3));
        assertThat(list()).containsOnly(0);
    }

    @Test
    void a_detached_namespace_is_all_zeroes() {
        rig.controller.attach(2, false);
        out.fill((byte) 1);
        assertThat(status(identify(Cns.NAMESPACE, 2))).isEqualTo(SUCCESS);
        assertThat(out.mismatch(MemorySegment.ofArray(new byte[4096]))).isEqualTo(-1);
        assertThat(status(identify(Cns.NAMESPACE_DESCRIPTORS, 2))).isEqualTo(INVALID_FIELD);
    }

    @Test
    void each_namespace_has_its_own_uuid() {
        status(identify(Cns.NAMESPACE_DESCRIPTORS, 1));
        assertThat(NamespaceDescriptor.TYPE.of(out)).isEqualTo(NamespaceDescriptor.UUID);
        assertThat(NamespaceDescriptor.LENGTH.of(out)).isEqualTo(16);
        byte[] first = out.asSlice(4, 16).toArray(Layouts.BYTE);
        assertThat(NamespaceDescriptor.LENGTH.of(out, 20)).isZero();
        status(identify(Cns.NAMESPACE_DESCRIPTORS, 2));
        assertThat(out.asSlice(4, 16).toArray(Layouts.BYTE)).isNotEqualTo(first);
    }

    @Test
    void admin_data_may_cross_a_page_and_follows_the_rules_of_prps() {
        assertThat(status(identify(Cns.CONTROLLER, 0).prp(Rig.DATA + 0x800, Rig.DATA + 0x3000)))
                .isEqualTo(SUCCESS);
        assertThat(IdentifyController.VID.of(rig.memory.at(Rig.DATA + 0x800, 4096)))
                .isEqualTo(0x1234);
        assertThat(status(identify(Cns.CONTROLLER, 0).prp(Rig.DATA + 0x801, Rig.DATA)))
                .isEqualTo(PRP_OFFSET_INVALID);
        assertThat(status(identify(Cns.CONTROLLER, 0).prp(Rig.DATA + 0x800, Rig.DATA + 4)))
                .isEqualTo(PRP_OFFSET_INVALID);
        assertThat(status(identify(Cns.CONTROLLER, 0).prp(Rig.END, 0))).isEqualTo(DATA_TRANSFER_ERROR);
    }

    @Test
    void admin_commands_take_no_sgl_and_are_not_fused() {
        assertThat(status(identify(Cns.CONTROLLER, 0).sgl(0, Rig.DATA, 4096))).isEqualTo(INVALID_FIELD);
        assertThat(status(identify(Cns.CONTROLLER, 0).flags(1))).isEqualTo(INVALID_FIELD);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                0x03,
                NAMESPACE_MANAGEMENT,
                FIRMWARE_COMMIT,
                FIRMWARE_DOWNLOAD,
                DEVICE_SELF_TEST,
                NAMESPACE_ATTACHMENT,
                KEEP_ALIVE,
                DIRECTIVE_SEND,
                SECURITY_SEND,
                SANITIZE,
                0xff
            })
    void commands_that_are_not_there_are_refused(int opcode) {
        assertThat(status(Sqe.of(opcode))).isEqualTo(INVALID_OPCODE);
        assertThat(status(Sqe.of(opcode).flags(0x40))).isEqualTo(INVALID_OPCODE);
    }

    @ParameterizedTest(name = "namespace {0}, options 0x{1}: {2}")
    @CsvSource({
        "1, 0, SUCCESS",
        "1, 1, SUCCESS",
        "1, 201, SUCCESS",
        "-1, 1, SUCCESS",
        "1, 2, INVALID_FORMAT",
        "1, f, INVALID_FORMAT",
        "1, 21, INVALID_FORMAT",
        "1, 401, INVALID_FIELD",
        "1, e01, INVALID_FIELD",
        "0, 1, INVALID_NAMESPACE_OR_FORMAT",
        "4, 1, INVALID_NAMESPACE_OR_FORMAT",
    })
    void a_format_is_of_one_namespace_or_all(int nsid, String options, StatusCode status) {
        assertThat(status(Sqe.of(FORMAT_NVM).nsid(nsid).cdw10(Integer.parseInt(options, 16))))
                .isEqualTo(status);
    }

    @Test
    void a_format_changes_the_size_of_blocks_and_erases() {
        rig.namespaces.forEach(each -> each.media().memory().fill((byte) 1));
        assertThat(status(Sqe.of(FORMAT_NVM).nsid(2).cdw10(1))).isEqualTo(SUCCESS);
        status(identify(Cns.NAMESPACE, 2));
        assertThat(IdentifyNamespace.NSZE.of(out)).isEqualTo(Rig.NAMESPACE_SIZE / 4096);
        assertThat(IdentifyNamespace.FLBAS.of(out)).isEqualTo(1);
        MemorySegment zeroes = MemorySegment.ofArray(new byte[(int) Rig.NAMESPACE_SIZE]);
        assertThat(rig.namespaces.get(1).media().memory().mismatch(zeroes)).isEqualTo(-1);
        assertThat(rig.namespaces.get(0).media().memory().mismatch(zeroes)).isZero();
        rig.controller.attach(1, false);
        assertThat(status(Sqe.of(FORMAT_NVM).nsid(1).cdw10(1))).isEqualTo(INVALID_FIELD);
        assertThat(status(Sqe.of(FORMAT_NVM).nsid(ALL).cdw10(1))).isEqualTo(SUCCESS);
        assertThat(rig.namespaces).extracting(Namespace::blockShift).containsExactly(9, 12, 12);
    }

    private static Sqe abort(int sqid, int cid) {
        return Sqe.of(ABORT).cid(500).cdw10(AdminCommand.ABORT_CID.set(sqid, cid));
    }

    @Test
    void a_request_for_events_can_be_aborted() {
        rig.admin.put(Sqe.of(ASYNC_EVENT_REQUEST).cid(41));
        rig.admin.put(Sqe.of(ASYNC_EVENT_REQUEST).cid(42));
        rig.admin.put(abort(0, 42));
        rig.admin.put(abort(0, 43));
        rig.admin.ring();
        rig.settle();
        assertThat(rig.admin.reap())
                .extracting(Rig.Done::cid, Rig.Done::result, Rig.Done::code)
                .containsExactlyInAnyOrder(
                        tuple(500, 0, SUCCESS), tuple(500, 1, SUCCESS), tuple(42, 0, ABORT_REQUESTED));
    }

    @Test
    void a_command_that_waits_can_be_aborted_once() {
        Rig.Pair pair = rig.pair(1, 8);
        rig.namespaces.get(0).media().memory().fill((byte) 3);
        for (int i = 0; i < 4; i++) {
            pair.put(Sqe.of(IoOpcode.READ).nsid(1).cid(i).blocks(0, 1).prp(Rig.DATA + 4096L * i, 0));
        }
        rig.admin.put(abort(1, 2));
        rig.admin.put(abort(1, 2));
        rig.admin.put(abort(1, 9));
        rig.admin.ring();
        pair.ring();
        rig.settle();
        assertThat(rig.admin.reap()).extracting(Rig.Done::result).containsExactly(0, 1, 1);
        assertThat(pair.reap()).extracting(Rig.Done::code).containsExactly(SUCCESS, SUCCESS, ABORT_REQUESTED, SUCCESS);
        assertThat(rig.memory.load(Rig.DATA + 4096)).isEqualTo(0x3030303);
        assertThat(rig.memory.load(Rig.DATA + 8192)).isZero();
        for (int i = 0; i < 10; i++) {
            assertThat(pair.status(Sqe.of(IoOpcode.FLUSH).nsid(1))).isEqualTo(SUCCESS);
        }
    }

    @Test
    void an_abort_in_a_queue_that_is_not_there_is_refused() {
        assertThat(status(abort(1, 0))).isEqualTo(INVALID_FIELD);
        assertThat(status(abort(0xffff, 0))).isEqualTo(INVALID_FIELD);
    }
}
