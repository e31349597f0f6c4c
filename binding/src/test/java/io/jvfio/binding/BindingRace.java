// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.FakeMachine.Killed;
import io.jvfio.binding.FolderMachine.Action;
import io.jvfio.binding.FolderMachine.Seen;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that bind, release and recover one function, each on its own and none waiting for another; some are stopped in
 * the middle. The machine says when one does what it must not.
 */
final class BindingRace {
    static final int THREADS = 4;

    /** How the process ends that is killed while it has the lock. */
    static final int HALTED = 99;

    /** How long one at most, for each time that it was refused, lets the others have the processors, in milliseconds. */
    private static final int PAUSE = 10;

    private static final List<Action> ACTIONS = List.of(Action.values());
    private static final int MOST_EFFECTS = 24;
    private static final BindOptions OPTIONS = BindOptions.defaults();
    private static final Set<Code> EXPECTED = EnumSet.of(Code.LOCKED, Code.UNFINISHED, Code.STALE_PLAN);

    private final FolderMachine machine;
    private final KernelDrivers drivers;
    private final Random random;
    private final Map<String, Integer> outcomes = new TreeMap<>();

    private BindingRace(Path root, long seed) {
        this.machine = new FolderMachine(root, () -> {});
        this.drivers = machine.drivers();
        this.random = new Random(seed);
    }

    /** What came of so many rounds of all threads together, by name; one that does not get the lock is none. */
    static Map<String, Integer> run(Path root, int rounds, long seed) throws Exception {
        Map<String, Integer> outcomes = new TreeMap<>();
        List<Future<Map<String, Integer>>> threads = new ArrayList<>();
        try (ExecutorService executor = Executors.newFixedThreadPool(THREADS)) {
            for (int i = 0; i < THREADS; i++) {
                BindingRace race = new BindingRace(root, seed + i);
                threads.add(executor.submit(() -> race.rounds(rounds / THREADS)));
            }
            for (Future<Map<String, Integer>> thread : threads) {
                thread.get().forEach((outcome, count) -> outcomes.merge(outcome, count, Integer::sum));
            }
        }
        return outcomes;
    }

    private Map<String, Integer> rounds(int rounds) {
        int refused = 0;
        for (int left = rounds; left > 0; ) {
            outcomes.merge(round(), 1, Integer::sum);
            if (machine.left() != null) {
                left--;
                refused = 0;
            } else {
                refused++;
                machine.pause(Duration.ofMillis(random.nextInt(PAUSE * refused)));
            }
        }
        return outcomes;
    }

    private String round() {
        Action action = ACTIONS.get(random.nextInt(ACTIONS.size()));
        machine.begin(action, random.nextInt(3) == 0 ? random.nextInt(MOST_EFFECTS) : Integer.MAX_VALUE);
        try {
            return switch (action) {
                case BIND -> bind();
                case RELEASE -> release();
                case RECOVER -> random.nextBoolean() ? recover() : recoverWhatIsSeen();
            };
        } catch (Killed killed) {
            return "STOPPED";
        } catch (BindingException e) {
            if (!EXPECTED.contains(e.problem().code())) {
                throw e;
            }
            return e.problem().name();
        }
    }

    private Seen left() {
        return Objects.requireNonNull(machine.left(), "nothing was locked");
    }

    private String bind() {
        BindOptions options = random.nextInt(8) == 0 ? OPTIONS.withPersist() : OPTIONS;
        BindResult result = drivers.bind(FolderMachine.FUNCTION, BindRequest.auto(), options);
        require(left().bound() && result.warning().isEmpty(), "a bind that succeeds has bound it");
        return result.changes().isEmpty() ? "WAS BOUND" : "BOUND";
    }

    private String release() {
        ReleaseResult result = drivers.release(FolderMachine.FUNCTION, OPTIONS);
        require(left().free(), "a release that succeeds has freed it");
        return result.changes().isEmpty() ? "WAS FREE" : "RELEASED";
    }

    private String recover() {
        Optional<String> now = drivers.recover(FolderMachine.FUNCTION, OPTIONS);
        require(!left().broken(), "nothing is left to recover");
        return now.isEmpty() ? "WAS WHOLE" : "RECOVERED";
    }

    /** As the command does: what it sees can have ended before it acts. */
    private String recoverWhatIsSeen() {
        return drivers.unfinished().isEmpty() ? "SAW NOTHING" : recover();
    }

    private static void require(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError("it does not hold that " + what);
        }
    }

    /** {@code BindingRace FOLDER ROUNDS SEED}: runs when it is told to, and is killed with the lock when told again. */
    public static void main(String[] args) throws Exception {
        Path root = Path.of(args[0]);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        out.println("ready");
        in.readLine();
        out.println(run(root, Integer.parseInt(args[1]), Long.parseLong(args[2])));
        in.readLine();
        FolderMachine machine =
                new FolderMachine(root, () -> Runtime.getRuntime().halt(HALTED));
        machine.begin(Action.RECOVER, Integer.MAX_VALUE);
        machine.drivers().recover(FolderMachine.FUNCTION, OPTIONS);
        machine.begin(machine.seen().bound() ? Action.RELEASE : Action.BIND, MOST_EFFECTS / 4);
        if (machine.seen().bound()) {
            machine.drivers().release(FolderMachine.FUNCTION, OPTIONS);
        } else {
            machine.drivers().bind(FolderMachine.FUNCTION, BindRequest.auto(), OPTIONS);
        }
    }
}
