// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import static io.jvfio.driver.nvme.spec.AdminCommand.*;
import static io.jvfio.driver.nvme.spec.FeatureId.*;
import static io.jvfio.driver.nvme.spec.StatusCode.*;
import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.mmio.Word64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FeaturesTest {
    private static final int SAVE = 1 << 31;

    private final Rig rig = new Rig().enable();

    @AfterEach
    void close() {
        rig.close();
    }

    private int get(int id, int select) {
        Rig.Done done = rig.admin.run(Rig.getFeature(id, select));
        assertThat(done.code()).isEqualTo(SUCCESS);
        return done.result();
    }

    @ParameterizedTest(name = "feature {0} can {1}")
    @CsvSource({
        "1, 5", "2, 4", "4, 5", "5, 7", "6, 5", "7, 4", "8, 5", "9, 4", "10, 5", "11, 5", "14, 4",
    })
    void capabilities_tell_what_can_be_saved_and_changed(int id, int capabilities) {
        assertThat(get(id, SELECT_CAPABILITIES)).isEqualTo(capabilities);
    }

    @ParameterizedTest
    @ValueSource(
            ints = {0x00, LBA_RANGE_TYPE, AUTONOMOUS_POWER, HOST_MEMORY_BUFFER, KEEP_ALIVE, 0x10, 0x7f, 0x80, 0xff})
    void features_that_are_not_there_are_refused(int id) {
        assertThat(rig.admin.status(Rig.getFeature(id, 0))).isEqualTo(INVALID_FIELD);
        assertThat(rig.admin.status(Rig.setFeature(id, 0))).isEqualTo(INVALID_FIELD);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7})
    void a_selection_that_is_not_there_is_refused(int select) {
        assertThat(rig.admin.status(Rig.getFeature(ARBITRATION, select))).isEqualTo(INVALID_FIELD);
    }

    @ParameterizedTest
    @ValueSource(ints = {ARBITRATION, INTERRUPT_COALESCING, WRITE_ATOMICITY, ASYNC_EVENTS})
    void a_reset_returns_what_was_not_saved(int id) {
        assertThat(rig.admin.status(Rig.setFeature(id | SAVE, 0x100))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Rig.setFeature(id, 0x201))).isEqualTo(SUCCESS);
        assertThat(get(id, SELECT_CURRENT)).isEqualTo(0x201);
        assertThat(get(id, SELECT_SAVED)).isEqualTo(0x100);
        assertThat(get(id, SELECT_DEFAULT)).isZero();
        rig.disable();
        rig.enable();
        assertThat(get(id, SELECT_CURRENT)).isEqualTo(0x100);
    }

    @ParameterizedTest
    @ValueSource(ints = {POWER_MANAGEMENT, NUMBER_OF_QUEUES, INTERRUPT_VECTOR, TIMESTAMP})
    void what_cannot_be_saved_is_not_set_either(int id) {
        assertThat(rig.admin.status(Rig.setFeature(id | SAVE, 0))).isEqualTo(FEATURE_NOT_SAVEABLE);
    }

    @Test
    void the_cache_is_on_until_told_otherwise() {
        assertThat(get(VOLATILE_WRITE_CACHE, SELECT_CURRENT)).isEqualTo(1);
        rig.admin.status(Rig.setFeature(VOLATILE_WRITE_CACHE, 0));
        assertThat(get(VOLATILE_WRITE_CACHE, SELECT_CURRENT)).isZero();
        assertThat(get(VOLATILE_WRITE_CACHE, SELECT_DEFAULT)).isEqualTo(1);
    }

    @ParameterizedTest(name = "asked for {0}: {1}")
    @CsvSource({
        "00000000, 00000000",
        "00010001, 00010001",
        "00030003, 00030003",
        "fffefffe, 00030003",
        "00000002, 00020002"
    })
    void as_many_queues_as_there_are_can_be_had(String asked, String given) {
        Rig.Done done = rig.admin.run(Rig.setFeature(NUMBER_OF_QUEUES, Integer.parseUnsignedInt(asked, 16)));
        assertThat(done.code()).isEqualTo(SUCCESS);
        assertThat(done.result()).isEqualTo(Integer.parseInt(given, 16));
        assertThat(get(NUMBER_OF_QUEUES, SELECT_CURRENT)).isEqualTo(Integer.parseInt(given, 16));
        assertThat(get(NUMBER_OF_QUEUES, SELECT_DEFAULT)).isEqualTo(0x30003);
    }

    @Test
    void queues_beyond_the_number_that_was_agreed_are_refused() {
        rig.admin.status(Rig.setFeature(NUMBER_OF_QUEUES, 0));
        assertThat(rig.admin.status(Rig.createCq(rig.new Pair(2, 16), 1))).isEqualTo(INVALID_QUEUE_ID);
        rig.pair(1);
    }

    @Test
    void the_number_of_queues_is_agreed_before_there_are_any() {
        assertThat(rig.admin.status(Rig.setFeature(NUMBER_OF_QUEUES, 0xffff))).isEqualTo(INVALID_FIELD);
        assertThat(rig.admin.status(Rig.setFeature(NUMBER_OF_QUEUES, 0xffff0000)))
                .isEqualTo(INVALID_FIELD);
        rig.pair(1);
        assertThat(rig.admin.status(Rig.setFeature(NUMBER_OF_QUEUES, 0))).isEqualTo(COMMAND_SEQUENCE_ERROR);
    }

    @Test
    void a_vector_has_coalescing_unless_told_otherwise() {
        assertThat(rig.admin.status(Rig.setFeature(INTERRUPT_VECTOR, 1 << 16 | 4)))
                .isEqualTo(SUCCESS);
        assertThat(rig.admin.run(Rig.getFeature(INTERRUPT_VECTOR, 0).cdw11(4)).result())
                .isEqualTo(1 << 16 | 4);
        assertThat(rig.admin.run(Rig.getFeature(INTERRUPT_VECTOR, 0).cdw11(3)).result())
                .isEqualTo(3);
        assertThat(rig.admin.status(Rig.setFeature(INTERRUPT_VECTOR, 5))).isEqualTo(INVALID_FIELD);
        assertThat(rig.admin.status(Rig.getFeature(INTERRUPT_VECTOR, 0).cdw11(5)))
                .isEqualTo(INVALID_FIELD);
    }

    @Test
    void there_is_one_power_state() {
        assertThat(rig.admin.status(Rig.setFeature(POWER_MANAGEMENT, 0x20))).isEqualTo(SUCCESS);
        assertThat(rig.admin.status(Rig.setFeature(POWER_MANAGEMENT, 1))).isEqualTo(INVALID_FIELD);
    }

    @Test
    void error_recovery_is_of_a_namespace() {
        assertThat(rig.admin.status(Rig.setFeature(ERROR_RECOVERY, 7).nsid(1))).isEqualTo(SUCCESS);
        assertThat(rig.admin.run(Rig.getFeature(ERROR_RECOVERY, 0).nsid(1)).result())
                .isEqualTo(7);
        assertThat(rig.admin.run(Rig.getFeature(ERROR_RECOVERY, 0).nsid(2)).result())
                .isZero();
        assertThat(rig.admin.status(Rig.setFeature(ERROR_RECOVERY | SAVE, 9).nsid(-1)))
                .isEqualTo(SUCCESS);
        rig.disable();
        rig.enable();
        assertThat(rig.admin.run(Rig.getFeature(ERROR_RECOVERY, 0).nsid(2)).result())
                .isEqualTo(9);
        assertThat(rig.admin.status(Rig.getFeature(ERROR_RECOVERY, 0).nsid(3))).isEqualTo(INVALID_NAMESPACE_OR_FORMAT);
        assertThat(rig.admin.status(Rig.setFeature(ERROR_RECOVERY, 0).nsid(0))).isEqualTo(INVALID_NAMESPACE_OR_FORMAT);
        assertThat(rig.admin.status(Rig.setFeature(ERROR_RECOVERY, 1 << 16).nsid(1)))
                .isEqualTo(INVALID_FIELD);
    }

    @Test
    void other_features_are_of_no_namespace() {
        assertThat(rig.admin.status(Rig.setFeature(ARBITRATION, 0).nsid(1))).isEqualTo(FEATURE_NOT_PER_NAMESPACE);
        assertThat(rig.admin.status(Rig.setFeature(ARBITRATION, 0).nsid(9))).isEqualTo(INVALID_NAMESPACE_OR_FORMAT);
        assertThat(rig.admin.status(Rig.setFeature(ARBITRATION, 0).nsid(-1))).isEqualTo(SUCCESS);
    }

    @Test
    void thresholds_are_of_the_composite_temperature() {
        assertThat(get(TEMPERATURE_THRESHOLD, 0)).isEqualTo(343);
        assertThat(rig.admin
                        .run(Rig.getFeature(TEMPERATURE_THRESHOLD, 0).cdw11(1 << 20))
                        .result())
                .isZero();
        assertThat(rig.admin.status(Rig.getFeature(TEMPERATURE_THRESHOLD, 0).cdw11(2 << 20)))
                .isEqualTo(INVALID_FIELD);
        assertThat(rig.admin.status(Rig.getFeature(TEMPERATURE_THRESHOLD, 0).cdw11(1 << 16)))
                .isEqualTo(INVALID_FIELD);
        assertThat(rig.admin.status(Rig.setFeature(TEMPERATURE_THRESHOLD, 0xf0000 | 350)))
                .isEqualTo(SUCCESS);
        assertThat(get(TEMPERATURE_THRESHOLD, 0)).isEqualTo(350);
    }

    @Test
    void the_timestamp_goes_on_from_what_was_set() {
        Word64 data = Word64.at(0);
        rig.now = 5_000_000;
        rig.admin.status(Rig.getFeature(TIMESTAMP, 0).prp(Rig.DATA, 0));
        assertThat(data.of(rig.data(8))).isEqualTo(5);
        data.set(rig.data(8), 1_000_000);
        assertThat(rig.admin.status(Rig.setFeature(TIMESTAMP, 0).prp(Rig.DATA, 0)))
                .isEqualTo(SUCCESS);
        rig.now += 7_999_999;
        rig.admin.status(Rig.getFeature(TIMESTAMP, 0).prp(Rig.DATA, 0));
        assertThat(data.of(rig.data(8))).isEqualTo(1L << 49 | 1_000_007);
        assertThat(rig.admin.status(Rig.getFeature(TIMESTAMP, 0).prp(Rig.END, 0)))
                .isEqualTo(DATA_TRANSFER_ERROR);
    }
}
