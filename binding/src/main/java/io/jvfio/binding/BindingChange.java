// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Action;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.binding.Journal.State;
import io.jvfio.binding.Journal.Step;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Changes drivers, step by step: each step is in the journal before it is done and is checked after it. A step that fails
 * takes back those before it; whoever finds a journal of a change that nobody has finished can take it back too.
 *
 * <p>Threads: one at a time.
 */
final class BindingChange {
    private static final Duration LOOK = Duration.ofMillis(10);
    private static final Duration NODE_PATIENCE = Duration.ofSeconds(3);

    private final HostFiles files;
    private final Effects effects;
    private final Journals journals;
    private final BindingUndo undo;
    private final Duration patience;

    BindingChange(HostFiles files, Effects effects, Duration patience) {
        this.files = files;
        this.effects = effects;
        this.journals = new Journals(files, effects);
        this.undo = new BindingUndo(files, effects, patience);
        this.patience = patience;
    }

    private FunctionDriver function(PciAddress address) {
        return new FunctionDriver(files, effects, address, patience);
    }

    /** Binds all of these functions, or none. */
    List<Journal> bind(List<BindPlan> plans, String id) {
        List<Effects.Lock> locks = new ArrayList<>();
        List<Journal> done = new ArrayList<>();
        try {
            for (BindPlan plan : plans) {
                locks.add(journals.lock(plan.address()));
            }
            for (BindPlan plan : plans) {
                done.add(bind(plan, id));
            }
            List<Journal> ended = new ArrayList<>();
            for (Journal journal : done) {
                Journal end = new Journal(
                        journal.address(),
                        journal.modalias(),
                        State.DONE,
                        Step.END,
                        id,
                        Action.BIND,
                        journal.before(),
                        journal.target(),
                        journal.origin() == null ? journal.before() : journal.origin(),
                        journal.persistent());
                journals.write(end);
                ended.add(end);
            }
            return ended;
        } catch (BindingException e) {
            throw undo.all(e, done);
        } finally {
            locks.forEach(Effects.Lock::close);
        }
    }

    private Journal bind(BindPlan plan, String id) {
        FunctionDriver function = function(plan.address());
        Binding before = function.binding();
        if (!before.equals(new Binding(plan.fromDriver(), plan.fromOverride()))
                || !plan.modalias()
                        .toString()
                        .equals(files.text(SnapshotReader.DEVICES + plan.address() + "/modalias"))) {
            throw BindingException.of(
                    Code.STALE_PLAN,
                    plan.address() + " has " + before + " now, which is not what the plan was made for",
                    "");
        }
        Journal ours = journals.binding(plan.address(), before.driver());
        Journal journal = new Journal(
                plan.address(),
                plan.modalias(),
                State.IN_FLIGHT,
                Step.BEGIN,
                id,
                Action.BIND,
                before,
                plan.driver(),
                ours == null ? null : ours.origin(),
                ours == null ? null : ours.persistent());
        journals.write(journal);
        try {
            return steps(plan, function, journal);
        } catch (BindingException e) {
            throw e.problem().code() == Code.UNBIND_PENDING ? e : undo.after(e, journal);
        }
    }

    private Journal steps(BindPlan plan, FunctionDriver function, Journal begun) {
        Journal journal = begun;
        if (plan.module() != null) {
            journal = journals.enter(journal.at(Step.LOAD));
            String message = effects.load(plan.module(), patience);
            if (!message.isEmpty()) {
                throw BindingException.of(
                        Code.STEP_FAILED, "the module " + plan.module() + " is not loaded: " + message, "");
            }
        }
        String driver = plan.driver() == null ? resolved(plan) : plan.driver();
        if (!files.exists("/sys/bus/pci/drivers/" + driver)) {
            throw BindingException.of(Code.MODULE_HAS_NO_DRIVER, "there is no driver " + driver, "");
        }
        journal = journals.enter(journal.leadingTo(driver).at(Step.OVERRIDE));
        function.override(driver);
        journal = journals.enter(journal.at(Step.UNBIND));
        journals.unbind(function, journal);
        journal = journals.enter(journal.at(Step.BIND));
        function.bind(driver);
        journal = journals.enter(journal.at(Step.VERIFY));
        if (!function.isVfio()) {
            throw BindingException.of(
                    Code.NOT_A_VFIO_DRIVER, driver + " took " + plan.address() + ", and offers no VFIO", "");
        }
        return journal;
    }

    private String resolved(BindPlan plan) {
        String module = Objects.requireNonNull(plan.module(), "module");
        Resolution resolution = Resolution.ofLoaded(module, CatalogueReader.driversOf(files, module));
        if (resolution.problem() != null) {
            throw new BindingException(resolution.problem());
        }
        return Objects.requireNonNull(resolution.driver(), "driver");
    }

    /** Remembers the file that makes a driver last. */
    void lasting(Journal journal, String file) {
        journals.write(journal.lasting(file));
    }

    /** The journal of a function; null if it has none. */
    @Nullable Journal journal(PciAddress address) {
        return journals.read(address);
    }

    /** Waits for the node by which a bound function is opened; empty, or what is wrong with it. */
    Optional<BindingProblem> awaitNode(PciAddress address) {
        long end = effects.nanos() + NODE_PATIENCE.toNanos();
        List<String> nodes = SnapshotReader.vfioNodes(files, address);
        while (nodes.stream().noneMatch(files::exists) && effects.nanos() - end < 0 && effects.pause(LOOK)) {
            nodes = SnapshotReader.vfioNodes(files, address);
        }
        List<String> there = nodes.stream().filter(files::exists).toList();
        if (there.isEmpty()) {
            return Optional.of(BindingProblem.of(
                    Code.NODE_NOT_ACCESSIBLE,
                    address + " is bound, and there is no node for it: " + String.join(", ", nodes),
                    "does /dev belong to this host?"));
        }
        return there.stream().anyMatch(effects::mayOpen)
                ? Optional.empty()
                : Optional.of(BindingProblem.of(
                        Code.NODE_NOT_ACCESSIBLE,
                        "this process may not open " + String.join(", ", there),
                        "jvfio udev prints a rule that gives a user or group the device"));
    }
}
