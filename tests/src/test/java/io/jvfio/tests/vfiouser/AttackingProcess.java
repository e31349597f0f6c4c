// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.vfiouser;

import java.nio.file.Path;

/** Attacks a server until it is killed. Threads: stateless. */
final class AttackingProcess {
    /** What it prints when it does. */
    static final String ATTACKS = "attacks";

    private AttackingProcess() {}

    /** The server's socket, and what it serves. */
    public static void main(String[] args) throws InterruptedException {
        try (Assault assault = new Assault(Path.of(args[0]), AttackedCommandTest.Target.valueOf(args[1]))) {
            assault.shareFullEventFd();
            assault.sendDescriptorsBitByBit();
            assault.mapAll();
            System.out.println(ATTACKS);
            while (assault.holdsServer()) {
                assault.flood();
            }
        }
    }
}
