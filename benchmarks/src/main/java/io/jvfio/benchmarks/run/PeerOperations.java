// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import static io.jvfio.benchmarks.run.PeerSetting.CLIENT;
import static io.jvfio.benchmarks.run.PeerSetting.FIO;
import static io.jvfio.benchmarks.run.PeerSetting.FUNCTION;
import static io.jvfio.benchmarks.run.PeerSetting.QEMU_IMG;
import static io.jvfio.benchmarks.run.PeerSetting.TARGET;

import io.jvfio.PciAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The NVMe driver and the served controller beside those of others, as far as they are here. The other side of these
 * operations is not C of ours, but the program that the name says.
 *
 * <p>Threads: for one at a time.
 */
final class PeerOperations {
    /** Operations by whom they are beside. */
    static final String BESIDE_QEMU = "nvme_read_beside_qemu";

    static final String BESIDE_KERNEL = "nvme_read_beside_kernel";
    static final String BESIDE_CLIENT = "nvme_drive_beside_client";
    static final String BESIDE_TARGET = "nvme_serve_beside_target";

    private static final String AREA = "nvme";
    private static final List<Integer> DEPTHS = List.of(1, 32, 128);
    private static final int QUICK_DEPTH = 32;
    private static final int QUICK_SECONDS = 2;
    private static final int SECONDS = 5;

    /** Java's, or that of the controller that it serves. */
    private static final int WARM_UP_SECONDS = 5;

    private final Effort effort;
    private final PeerSetting setting;

    PeerOperations(Effort effort, PeerSetting setting) {
        this.effort = effort;
        this.setting = setting;
    }

    /**
     * Operations that cannot be measured here.
     *
     * @param name of the operations
     * @param why what is missing
     */
    record LeftOut(String name, String why) {
        /** Whether a word of the user's means these. */
        boolean matches(String word) {
            return Operation.matches(AREA, name, word);
        }
    }

    List<LeftOut> leftOut() {
        List<LeftOut> all = new ArrayList<>();
        missingForQemu().ifPresent(why -> all.add(new LeftOut(BESIDE_QEMU, why)));
        missingForKernel().ifPresent(why -> all.add(new LeftOut(BESIDE_KERNEL, why)));
        missingForSocket().ifPresent(why -> {
            all.add(new LeftOut(BESIDE_CLIENT, why));
            all.add(new LeftOut(BESIDE_TARGET, why));
        });
        return all;
    }

    List<Operation> all() {
        List<Operation> all = new ArrayList<>();
        if (missingForQemu().isEmpty()) {
            FunctionPeers peers = functionPeers();
            add(
                    all,
                    BESIDE_QEMU,
                    false,
                    depth -> () -> peers.driver(depth, FunctionPeers.STEP),
                    depth -> () -> peers.qemuImg(depth));
        }
        if (missingForKernel().isEmpty()) {
            FunctionPeers peers = functionPeers();
            add(
                    all,
                    BESIDE_KERNEL,
                    false,
                    depth -> () -> peers.driver(depth, FunctionPeers.RANDOM),
                    depth -> () -> peers.kernel(depth));
        }
        if (missingForSocket().isEmpty()) {
            SocketPeers peers =
                    new SocketPeers(Objects.requireNonNull(setting.target()), client(), WARM_UP_SECONDS, seconds());
            add(all, BESIDE_CLIENT, true, depth -> () -> peers.driver(depth), depth -> () -> peers.client(depth));
            add(all, BESIDE_TARGET, true, depth -> () -> peers.served(depth), depth -> () -> peers.client(depth));
        }
        return all;
    }

    private Optional<String> missingForQemu() {
        return firstOf(missingFunction(), setting.programs().contains(QEMU_IMG) ? null : notInPath(QEMU_IMG));
    }

    private Optional<String> missingForKernel() {
        return firstOf(
                missingFunction(),
                setting.rebindable() ? null : "only root can lend " + setting.function() + " to the kernel's driver",
                setting.programs().contains(FIO) ? null : notInPath(FIO));
    }

    private @Nullable String missingFunction() {
        if (setting.function() == null) {
            return FUNCTION + " names no NVMe function that may be read from";
        }
        return setting.openable() ? null : setting.function() + " is no function that VFIO has and this user may open";
    }

    private static String notInPath(String program) {
        return "there is no " + program + " in the PATH";
    }

    private Optional<String> missingForSocket() {
        Path target = setting.target();
        String client = setting.client();
        return firstOf(
                target == null ? TARGET + " names no socket of a controller of others" : null,
                setting.listening() ? null : target + " is no socket",
                client == null ? CLIENT + " has no command of a client of others" : null,
                client == null || new ClientCommand(client).saysWhere()
                        ? null
                        : CLIENT + " has neither {socket} nor {folder}");
    }

    private static Optional<String> firstOf(@Nullable String... reasons) {
        for (String reason : reasons) {
            if (reason != null) {
                return Optional.of(reason);
            }
        }
        return Optional.empty();
    }

    private FunctionPeers functionPeers() {
        return new FunctionPeers(
                PciAddress.parse(Objects.requireNonNull(setting.function())), WARM_UP_SECONDS, seconds());
    }

    private ClientCommand client() {
        return new ClientCommand(Objects.requireNonNull(setting.client()));
    }

    private int seconds() {
        return effort.quick() ? QUICK_SECONDS : SECONDS;
    }

    /** What gives the figures of both sides at a depth. */
    private interface Rounds extends IntFunction<FiguresOf> {}

    /** What gives figures. */
    @FunctionalInterface
    private interface FiguresOf {
        PeerFigures take() throws Exception;
    }

    private List<Integer> depths() {
        return effort.quick() ? List.of(QUICK_DEPTH) : DEPTHS;
    }

    /** Adds the time of a read at each depth, and its 99th percentile where both sides tell that. */
    private void add(List<Operation> all, String name, boolean percentiles, Rounds ours, Rounds theirs) {
        for (int depth : depths()) {
            SharedRounds mine = shared(ours.apply(depth));
            SharedRounds other = shared(theirs.apply(depth));
            all.add(operation(name, "depth=" + depth, 0, mine, other));
            if (percentiles) {
                all.add(operation(name, "depth=" + depth + " percentile=99", 1, mine, other));
            }
        }
    }

    private static Operation operation(
            String name, String parameters, int index, SharedRounds ours, SharedRounds theirs) {
        return new Operation(AREA, name, parameters, ours.side(index), theirs.side(index));
    }

    private static SharedRounds shared(FiguresOf figures) {
        return new SharedRounds(() -> {
            PeerFigures taken = figures.take();
            return List.of(taken.nanos(), taken.p99());
        });
    }
}
