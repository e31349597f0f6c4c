// SPDX-License-Identifier: Apache-2.0
package io.jvfio.examples;

/** What the programs say to somebody who does not tell them a device. */
final class Usage {
    /** The exit code of a program that was not started as it wants to be. */
    private static final int WRONG = 2;

    private Usage() {}

    /** The device among a program's arguments; without one this ends the program with a line of how to start it. */
    static String device(String[] args, Class<?> program, String kind, String model) {
        if (args.length == 0) {
            System.err.println("usage: " + program.getSimpleName() + " DEVICE: " + kind + ", such as " + model
                    + " for the model of one, 0000:00:04.0 or vfio-user:SOCKET");
            System.exit(WRONG);
        }
        return args[0];
    }

    /** An edu device among a program's arguments. */
    static String edu(String[] args, Class<?> program) {
        return device(args, program, "QEMU's educational device", "model:edu");
    }
}
