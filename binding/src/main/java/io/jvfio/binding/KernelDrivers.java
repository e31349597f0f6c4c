// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.device.VariantPolicy;
import io.jvfio.internal.sys.SystemCalls;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Chooses the kernel drivers of a host's functions, explains why, binds them and gives the functions back.
 *
 * <p>Changes need root. They are written to a journal below {@code /run/jvfio} before each step, so that {@link #recover}
 * can take back what was left half-done, whatever has ended the process.
 *
 * <p>Threads: immutable; every call reads anew. A change or a recovery has its function locked, against other
 * threads and other processes, from the questions on that decide what is done until its end, the file for later starts and
 * the wait for the node included: another one meanwhile ends with {@code LOCKED} and has done nothing.
 */
public final class KernelDrivers {
    private final Supplier<HostFiles.Source> source;
    private final Supplier<Effects> effects;

    KernelDrivers(Supplier<HostFiles.Source> source, Supplier<Effects> effects) {
        this.source = source;
        this.effects = effects;
    }

    /** Those of the host that this process runs on. */
    public static KernelDrivers system() {
        return of(Path.of("/"), System.getenv());
    }

    /**
     * Those of a host below a folder.
     *
     * @param root has {@code sys}, {@code dev}, {@code proc}, {@code etc} and {@code lib/modules}, as far as they exist
     * @param variables in place of the environment
     */
    public static KernelDrivers of(Path root, Map<String, String> variables) {
        Objects.requireNonNull(root, "root");
        Map<String, String> environment = Map.copyOf(variables);
        return new KernelDrivers(
                () -> new LiveHost(root, environment), () -> new LinuxEffects(root, SystemCalls.linux()));
    }

    /**
     * Which kernel driver a function should have, and why. Changes nothing. Blocks.
     *
     * @return empty if there is no function at this address
     * @throws IllegalArgumentException if the site's policy cannot be understood
     */
    public Optional<Explanation> explain(PciAddress address, BindRequest request) {
        return planner(address).explain(address, request);
    }

    /**
     * What the site has laid down about the variants of Java, in the same files as about kernel drivers. Blocks.
     *
     * @param userToo whether the user's own file counts: not for a process with more privileges than that user
     * @throws IllegalArgumentException if the files cannot be understood
     */
    public VariantPolicy variantPolicy(boolean userToo) {
        return BindingPolicy.read(new HostFiles(source.get()), userToo).variants();
    }

    /** The same on what was recorded of another host, or of this one before. */
    public static Optional<Explanation> replay(HostRecording recording, BindRequest request) {
        return new BindPlanner(recording.address(), recording.source()).explain(recording.address(), request);
    }

    /**
     * How a function would be bound, with the others of its group if that is wanted. Changes nothing. Blocks.
     *
     * @return one plan for each function that would be changed; empty if it has its driver already
     * @throws BindingException if it cannot be, or would hurt
     * @throws IllegalArgumentException if there is no such function, or the site's policy cannot be understood
     */
    public List<BindPlan> plan(PciAddress address, BindRequest request, BindOptions options) {
        BindPlanner planner = planner(address);
        return planner.plans(planner.explained(address, request), options);
    }

    private BindPlanner planner(PciAddress address) {
        return new BindPlanner(Objects.requireNonNull(address, "address"), source.get());
    }

    /**
     * Binds a function to the kernel driver that is chosen for it, or leaves everything as it was. Blocks, each step at
     * most as long as the options say.
     *
     * @throws BindingException if it cannot be, or would hurt, or a step fails
     * @throws IllegalArgumentException if there is no such function, or the site's policy cannot be understood
     */
    public BindResult bind(PciAddress address, BindRequest request, BindOptions options) {
        BindPlanner planner = planner(address);
        Explanation explanation = planner.explained(address, request);
        HostFiles files = new HostFiles(source.get());
        Effects changes = effects.get();
        BindingChange change = new BindingChange(files, changes, options.patience());
        List<String> notes = new ArrayList<>(explanation.decision().notes());
        return bindOrNext(change, planner, explanation, options, notes, done -> {
            if (options.persist()) {
                Persistence persistence = new Persistence(files, changes);
                done.forEach(journal -> notes.add(change.keep(journal, persistence)));
            }
            return new BindResult(
                    explanation,
                    done.stream()
                            .map(journal -> Change.of(journal, journal.target()))
                            .toList(),
                    notes,
                    change.awaitNode(address));
        });
    }

    private static BindResult bindOrNext(
            BindingChange change,
            BindPlanner planner,
            Explanation explanation,
            BindOptions options,
            List<String> notes,
            Function<List<Journal>, BindResult> then) {
        List<BindPlan> plans = planner.plans(explanation, options);
        try {
            return change.bind(explanation.device(), plans, then);
        } catch (BindingException failure) {
            Explanation next = options.nextOnFailure() && failure.problem().code() == Code.PROBE_FAILED
                    ? planner.next(explanation)
                    : null;
            if (next == null) {
                throw failure;
            }
            notes.add("DEGRADED to " + next.request().driver() + ": " + failure.getMessage());
            return change.bind(next.device(), planner.plans(next, options), then);
        }
    }

    /**
     * Gives a function back: to what it had before jvfio bound it, or to whichever driver of the host takes it if
     * somebody else has bound it; with all that VFIO has of its group if the options say so, all or none. What would bind
     * it at the next start is removed, also if no VFIO driver has it now. Blocks.
     *
     * @throws BindingException if somebody has it open, or a step fails; then it is bound as before
     * @throws IllegalArgumentException if there is no such function
     */
    public ReleaseResult release(PciAddress address, BindOptions options) {
        return releasing(options)
                .release(planner(address).explained(address, BindRequest.auto()), options.wholeGroup());
    }

    /**
     * How a function would be given back, as lines of a shell. Changes nothing. Blocks.
     *
     * @return empty if it has no VFIO driver, and nothing would bind it at the next start
     * @throws IllegalArgumentException if there is no such function
     */
    public List<String> releaseSteps(PciAddress address, BindOptions options) {
        return releasing(options).shell(planner(address).explained(address, BindRequest.auto()), options.wholeGroup());
    }

    private BindingRelease releasing(BindOptions options) {
        return new BindingRelease(new HostFiles(source.get()), effects.get(), options.patience());
    }

    private BindingUndo undoing(BindOptions options) {
        return new BindingUndo(new HostFiles(source.get()), effects.get(), options.patience());
    }

    /** The functions whose change was begun and not finished. Blocks. */
    public List<PciAddress> unfinished() {
        return undoing(BindOptions.defaults()).unfinished();
    }

    /**
     * Takes back a change that was begun and not finished: the function has again what it had before. A finished change is
     * never touched, also if it was unfinished when {@link #unfinished} told of it. Blocks.
     *
     * @return how it is now, for people; empty if there was nothing to take back
     * @throws BindingException if that fails; the journal stays
     */
    public Optional<String> recover(PciAddress address, BindOptions options) {
        Objects.requireNonNull(address, "address");
        return undoing(options).recover(address).map(Binding::toString);
    }
}
