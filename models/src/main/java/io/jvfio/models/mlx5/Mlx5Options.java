// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.mlx5;

import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.vendor.mlx.spec.MlxFunction;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a locator says of an mlx5 function.
 *
 * <p>Threads: immutable.
 *
 * @param virtual whether it is a virtual function
 * @param device PCI device id
 * @param firmware its version's three numbers
 * @param psid the board's name, up to 16 characters
 * @param bootPages pages that it wants for booting
 * @param initPages pages that it wants for INIT_HCA
 * @param vectors MSI-X vectors, 1 or more
 * @param initMillis how long it initializes after a reset
 * @param checksums whether a driver can have signatures checked
 * @param ethernet whether its port is Ethernet, else InfiniBand
 * @param old whether it lacks what firmware learnt later: fast teardown, and umem_uid_0
 * @param issi the interface versions that it supports, bit n for n
 * @param interfaceRevision of the command interface
 * @param logQueueSize entries of the command queue, log2
 * @param logQueueStride bytes from entry to entry, log2
 * @param logQueues how many completion queues and send queues there can be, log2
 * @param limits the time-outs that it tells
 * @param queueMillis how long it initializes once more when it has been given a command queue
 * @param recovery whether it reads armings of completion queues in their records too
 * @param generalTwo whether there are the second general capabilities
 * @param softwareReset whether a driver can ask for a reset by a register
 * @param troubles what goes wrong with commands
 */
record Mlx5Options(
        boolean virtual,
        int device,
        List<Integer> firmware,
        String psid,
        int bootPages,
        int initPages,
        int vectors,
        int initMillis,
        boolean checksums,
        boolean ethernet,
        boolean old,
        int issi,
        int interfaceRevision,
        int logQueueSize,
        int logQueueStride,
        int logQueues,
        FirmwareLimits limits,
        int queueMillis,
        boolean recovery,
        boolean generalTwo,
        boolean softwareReset,
        List<Trouble> troubles) {
    private static final int MOST_PAGES = 100_000;
    private static final int MOST_VECTORS = 512;
    private static final int PSID_LENGTH = 16;
    private static final Pattern VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\.(\\d{1,4})");

    static final List<ModelOption> KNOWN = List.of(
            new ModelOption("role", "pf", "pf, or vf for a virtual function"),
            new ModelOption("id", "", "PCI device id; by default 0x101d, or 0x101e for a virtual function"),
            new ModelOption("fw", "22.41.1000", "firmware version"),
            new ModelOption("psid", "JVF0000000001", "name of the board, up to 16 characters"),
            new ModelOption("boot_pages", "16", "pages wanted for booting"),
            new ModelOption("init_pages", "200", "pages wanted for INIT_HCA"),
            new ModelOption("vectors", "32", "MSI-X vectors, 1 to 512"),
            new ModelOption("init_ms", "2", "how long it initializes after a reset"),
            new ModelOption("checksums", "on", "whether a driver can have signatures of commands checked"),
            new ModelOption("port", "eth", "eth, or ib for InfiniBand"),
            new ModelOption("firmware", "new", "new, or old for one without fast teardown and umem_uid_0"),
            new ModelOption("issi", "3", "supported interface versions, bit n for version n"),
            new ModelOption("cmdif", "5", "revision of the command interface; drivers take 5"),
            new ModelOption("log_queue", "5", "entries of the command queue, log2; drivers take up to 5"),
            new ModelOption("log_stride", "6", "bytes from command to command, log2; 6 is the least"),
            new ModelOption("log_queues", "10", "most completion queues, and most send queues, log2"),
            new ModelOption("timeouts", "", "time-outs that it tells, for example health_poll:200;command:5000"),
            new ModelOption("queue_ms", "0", "how long it initializes again after the command queue is given to it"),
            new ModelOption("recovery", "off", "whether armings of completion queues are read in their records too"),
            new ModelOption("caps_2", "off", "whether there are the second general capabilities, all of them 0"),
            new ModelOption("sw_reset", "on", "whether a driver can ask for a reset by a register"),
            new ModelOption(
                    "inject", "", "what goes wrong with commands, for example status:INIT_HCA:0x0f;never:CREATE_EQ"));

    /** Reads the options. */
    static Mlx5Options parse(ModelOptions options) {
        boolean virtual = options.choice("role", "pf", "vf").equals("vf");
        MlxFunction standard = virtual ? MlxFunction.GENERIC_VF : MlxFunction.CX6_DX;
        String psid = options.text("psid");
        if (psid.length() > PSID_LENGTH || psid.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw options.bad("psid", "up to 16 printable ASCII characters");
        }
        return new Mlx5Options(
                virtual,
                options.has("id") ? (int) options.number("id", 0, 0xffff) : standard.device(),
                version(options),
                psid,
                (int) options.number("boot_pages", 0, MOST_PAGES),
                (int) options.number("init_pages", 0, MOST_PAGES),
                (int) options.number("vectors", 1, MOST_VECTORS),
                (int) options.number("init_ms", 0, Integer.MAX_VALUE),
                options.flag("checksums"),
                options.choice("port", "eth", "ib").equals("eth"),
                options.choice("firmware", "new", "old").equals("old"),
                (int) options.number("issi", 0, 0xffff_ffffL),
                (int) options.number("cmdif", 0, 0xffff),
                (int) options.number("log_queue", 0, 15),
                (int) options.number("log_stride", 6, 15),
                (int) options.number("log_queues", 0, 12),
                limits(options),
                (int) options.number("queue_ms", 0, Integer.MAX_VALUE),
                options.flag("recovery"),
                options.flag("caps_2"),
                options.flag("sw_reset"),
                troubles(options));
    }

    private static List<Integer> version(ModelOptions options) {
        Matcher matcher = VERSION.matcher(options.text("fw"));
        if (!matcher.matches()) {
            throw options.bad("fw", "a version such as 22.41.1000");
        }
        return List.of(
                Integer.parseInt(matcher.group(1)),
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)));
    }

    private static FirmwareLimits limits(ModelOptions options) {
        try {
            return FirmwareLimits.parse(options.text("timeouts"));
        } catch (IllegalArgumentException e) {
            throw options.bad("timeouts", "a list of time-outs: " + e.getMessage(), e);
        }
    }

    private static List<Trouble> troubles(ModelOptions options) {
        try {
            return Trouble.parseAll(options.text("inject"));
        } catch (IllegalArgumentException e) {
            throw options.bad("inject", "a list of troubles: " + e.getMessage(), e);
        }
    }
}
