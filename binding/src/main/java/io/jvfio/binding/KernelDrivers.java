// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.internal.sys.SystemCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the kernel drivers of a host's functions, explains why, binds them and gives the functions back.
 *
 * <p>Changes need root. They are written to a journal below {@code /run/jvfio} before each step, so that {@link #recover}
 * can take back what was left half-done, whatever has ended the process.
 *
 * <p>Threads: immutable; every call reads anew. Two changes of one function at a time exclude each other, also between
 * processes.
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
     * Which driver a function should have, and why. Changes nothing. Blocks.
     *
     * @return empty if there is no function at this address
     * @throws IllegalArgumentException if the site's policy cannot be understood
     */
    public Optional<Explanation> explain(PciAddress address, BindRequest request) {
        Objects.requireNonNull(address, "address");
        Objects.requireNonNull(request, "request");
        HostRecording.Recorder recorder = new HostRecording.Recorder(address, source.get());
        return explain(new HostFiles(recorder), address, request)
                .map(explained -> explained.with(recorder.recording()));
    }

    /** The same on what was recorded of another host, or of this one before. */
    public static Optional<Explanation> replay(HostRecording recording, BindRequest request) {
        Objects.requireNonNull(request, "request");
        return explain(recording.files(), recording.address(), request).map(explained -> explained.with(recording));
    }

    /**
     * How a function would be bound, with the others of its group if that is wanted. Changes nothing. Blocks.
     *
     * @return one plan for each function that would be changed; empty if it has its driver already
     * @throws BindingException if it cannot be, or would hurt
     * @throws IllegalArgumentException if there is no such function, or the site's policy cannot be understood
     */
    public List<BindPlan> plan(PciAddress address, BindRequest request, BindOptions options) {
        Explanation first = explained(address, request);
        List<BindPlan> plans = new ArrayList<>();
        first.decision().failure().ifPresent(problem -> {
            throw new BindingException(problem);
        });
        first.plan().ifPresent(plans::add);
        if (options.wholeGroup()) {
            for (GroupMember other : first.device().others()) {
                if (other.blocks()) {
                    plans.add(companion(other.address(), request));
                }
            }
        }
        return plans;
    }

    private Explanation explained(PciAddress address, BindRequest request) {
        return explain(address, request).orElseThrow(() -> absent(address));
    }

    private Explained known(PciAddress address) {
        Objects.requireNonNull(address, "address");
        return explain(new HostFiles(source.get()), address, BindRequest.auto()).orElseThrow(() -> absent(address));
    }

    private static IllegalArgumentException absent(PciAddress address) {
        return new IllegalArgumentException("no PCI function " + address + " on this host");
    }

    /** Another function of the group gets the driver for everything, unless somebody has named one for it. */
    private BindPlan companion(PciAddress address, BindRequest request) {
        Explanation own = explained(address, request.withoutDriver());
        Explanation taken = own.decision().overrides().isEmpty() ? explained(address, request.withGeneric()) : own;
        taken.decision().failure().ifPresent(problem -> {
            throw new BindingException(problem);
        });
        return taken.plan()
                .orElseThrow(
                        () -> BindingException.of(Code.STALE_PLAN, address + " has changed meanwhile", "try again"));
    }

    /**
     * Binds a function to the driver that is chosen for it, or leaves everything as it was. Blocks, each step at most as
     * long as the options say.
     *
     * @throws BindingException if it cannot be, or would hurt, or a step fails
     * @throws IllegalArgumentException if there is no such function, or the site's policy cannot be understood
     */
    public BindResult bind(PciAddress address, BindRequest request, BindOptions options) {
        Explanation explanation = explained(address, request);
        List<BindPlan> plans = plan(address, request, options);
        BindingChange change = change(options.patience());
        List<String> notes = new ArrayList<>(explanation.decision().notes());
        List<Journal> done = plans.isEmpty() ? List.of() : bindOrNext(change, explanation, plans, options, notes);
        if (options.persist()) {
            for (Journal journal : done) {
                String driver = Objects.requireNonNull(journal.target(), "target");
                String file = persistence().keep(journal.address(), driver, moduleOf(driver));
                change.lasting(journal, file);
                notes.add(driver + " will be bound to " + journal.address() + " at each start, by " + file);
            }
        }
        return new BindResult(
                explanation,
                done.stream()
                        .map(journal -> new Change(
                                journal.address(), orEmpty(journal.before().driver()), orEmpty(journal.target())))
                        .toList(),
                notes,
                change.awaitNode(address));
    }

    private List<Journal> bindOrNext(
            BindingChange change,
            Explanation explanation,
            List<BindPlan> plans,
            BindOptions options,
            List<String> notes) {
        try {
            return change.bind(plans, UUID.randomUUID().toString());
        } catch (BindingException failure) {
            Candidate next = options.nextOnFailure() && failure.problem().code() == Code.PROBE_FAILED
                    ? next(explanation.decision())
                    : null;
            if (next == null) {
                throw failure;
            }
            notes.add("DEGRADED to " + next.module() + ": " + failure.getMessage());
            BindRequest request = explanation.request().withDriver(next.module());
            List<BindPlan> others = plan(explanation.device().address(), request, options);
            return change.bind(others, UUID.randomUUID().toString());
        }
    }

    /** The driver after the one that was chosen. */
    private static @Nullable Candidate next(Decision decision) {
        List<Candidate> rest = decision.candidates().stream()
                .filter(Candidate::feasible)
                .dropWhile(candidate -> !candidate.module().equals(decision.module()))
                .skip(1)
                .toList();
        return rest.isEmpty() ? null : rest.getFirst();
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
        Explained known = known(address);
        return releasing(options)
                .release(
                        known.device,
                        options.wholeGroup(),
                        known.catalogue,
                        UUID.randomUUID().toString());
    }

    /**
     * How a function would be given back, as lines of a shell. Changes nothing. Blocks.
     *
     * @return empty if it has no VFIO driver, and nothing would bind it at the next start
     * @throws IllegalArgumentException if there is no such function
     */
    public List<String> releaseSteps(PciAddress address, BindOptions options) {
        Explained known = known(address);
        return releasing(options).shell(known.device, options.wholeGroup(), known.catalogue);
    }

    private BindingRelease releasing(BindOptions options) {
        return new BindingRelease(new HostFiles(source.get()), effects.get(), options.patience());
    }

    /** The functions whose change was begun and not finished. Blocks. */
    public List<PciAddress> unfinished() {
        return new BindingUndo(
                        new HostFiles(source.get()),
                        effects.get(),
                        BindOptions.defaults().patience())
                .unfinished();
    }

    /**
     * Takes back a change that was begun and not finished: the function has again what it had before. Blocks.
     *
     * @return how it is now, for people; empty if there was nothing to take back
     * @throws BindingException if that fails; the journal stays
     */
    public Optional<String> recover(PciAddress address, BindOptions options) {
        Objects.requireNonNull(address, "address");
        return new BindingUndo(new HostFiles(source.get()), effects.get(), options.patience())
                .recover(address)
                .map(Binding::toString);
    }

    private BindingChange change(Duration patience) {
        return new BindingChange(new HostFiles(source.get()), effects.get(), patience);
    }

    private Persistence persistence() {
        return new Persistence(new HostFiles(source.get()), effects.get());
    }

    private String moduleOf(String driver) {
        String module = new HostFiles(source.get()).target("/sys/bus/pci/drivers/" + driver + "/module");
        return module == null ? driver : module;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }

    private record Explained(DeviceSnapshot device, Catalogue catalogue, BindRequest request, Decision decision) {
        Explanation with(HostRecording recording) {
            Optional<BindPlan> plan =
                    decision.changes() ? Optional.of(BindPlan.of(device, catalogue, decision)) : Optional.empty();
            return new Explanation(device, catalogue, request, decision, plan, recording);
        }
    }

    private static Optional<Explained> explain(HostFiles files, PciAddress address, BindRequest request) {
        BindingPolicy policy = BindingPolicy.read(files, address);
        List<String> named = new ArrayList<>(policy.drivers());
        named.add("vfio-pci");
        if (request.driver() != null) {
            named.add(request.driver());
        }
        return new SnapshotReader(files).read(address).map(device -> {
            if (device.override() != null) {
                named.add(device.override());
            }
            Catalogue catalogue = CatalogueReader.read(files, named);
            return new Explained(device, catalogue, request, BindingChoice.choose(device, catalogue, policy, request));
        });
    }
}
