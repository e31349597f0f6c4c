// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.driver.nvme.spec.IoOpcode;
import io.jvfio.testkit.GarbageCheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The controller makes no garbage for reads and writes once its code is compiled. */
@Tag("allocation")
final class AllocationTest {
    private static final int ROUNDS = 2_000;
    private static final int PER_ROUND = 16;

    @ParameterizedTest
    @ValueSource(strings = {"doorbells=trapped", "doorbells=mapped"})
    void a_command_from_doorbell_to_completion_makes_no_garbage(String options) {
        Sqe write = Sqe.of(IoOpcode.WRITE).nsid(1).blocks(0, 8).prp(ModelRig.DATA, 0);
        Sqe read = Sqe.of(IoOpcode.READ).nsid(1).blocks(8, 16).prp(ModelRig.DATA, ModelRig.DATA + 8192);
        try (ModelRig rig = new ModelRig(options)) {
            rig.start();
            GarbageCheck.assertNone(Thread.currentThread(), ROUNDS, round -> round(rig, write, read));
        }
    }

    private static void round(ModelRig rig, Sqe write, Sqe read) {
        for (int i = 0; i < PER_ROUND; i++) {
            rig.put(1, i % 2 == 0 ? write : read);
        }
        rig.ring(1);
        rig.settle();
        for (int i = 0; i < PER_ROUND; i++) {
            if (rig.take(1) != 0) {
                throw new AssertionError("a command was not completed well");
            }
        }
    }
}
