// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Action;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.variant.Modalias;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Changes functions step by step: each step is in the journal before it is done and is checked after it. A step that
 * fails takes back those before it; whoever finds a journal of a change that nobody has finished can take it back too.
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

    /** A change of one function before its first step. */
    record Begun(Journal journal, List<Step> steps) {}

    /**
     * Changes functions, all or none. They are locked by the caller, from before the first question on that decides what
     * is done until nothing is left to do.
     *
     * @param changes what says how the change of each function begins
     * @param end what ends them together, given the journals after the last steps
     */
    <R> R all(List<Supplier<Begun>> changes, Function<List<Journal>, R> end) {
        List<Journal> done = new ArrayList<>();
        try {
            for (Supplier<Begun> change : changes) {
                done.add(one(change.get()));
            }
            return end.apply(done);
        } catch (BindingException e) {
            throw undo.after(e, done);
        }
    }

    private Journal one(Begun begun) {
        FunctionBinding function = function(begun.journal.address());
        Journal journal = begun.journal;
        journals.write(journal);
        try {
            for (Step step : begun.steps) {
                journal = journal.at(step);
                journals.write(journal);
                journal = done(step, function, journal);
            }
            return journal;
        } catch (BindingException e) {
            if (e.problem().code() == Code.UNBIND_PENDING) {
                journals.write(journal.pending());
                throw e;
            }
            throw undo.after(e, List.of(journal));
        }
    }

    private FunctionBinding function(PciAddress address) {
        return new FunctionBinding(files, effects, address, patience);
    }

    /** Does a step; the journal with what has become known by it. */
    private Journal done(Step step, FunctionBinding function, Journal journal) {
        switch (step) {
            case Step.Load load -> {
                return journal.leadingTo(loaded(load));
            }
            case Step.Reserve any -> function.override(registered(target(journal)));
            case Step.Restore restore -> function.override(restore.override());
            case Step.Unbind any -> function.unbind();
            case Step.Bind any -> function.bind(target(journal));
            case Step.Probe probe -> function.probe(probe.driver(), journal.modalias());
            case Step.Verify any -> verify(function, journal);
            case Step.Compare compare -> compare(function, journal, compare.before());
        }
        return journal;
    }

    private static String target(Journal journal) {
        return Objects.requireNonNull(journal.target(), "target");
    }

    private String loaded(Step.Load load) {
        String message = effects.load(load.module(), patience);
        if (!message.isEmpty()) {
            throw BindingException.of(
                    Code.STEP_FAILED, "the module " + load.module() + " is not loaded: " + message, "");
        }
        if (load.driver() != null) {
            return load.driver();
        }
        Resolution resolution = Resolution.ofLoaded(load.module(), CatalogueReader.driversOf(files, load.module()));
        if (resolution.problem() != null) {
            throw new BindingException(resolution.problem());
        }
        return Objects.requireNonNull(resolution.driver(), "driver");
    }

    private String registered(String driver) {
        if (!files.exists("/sys/bus/pci/drivers/" + driver)) {
            throw BindingException.of(Code.MODULE_HAS_NO_DRIVER, "there is no driver " + driver, "");
        }
        return driver;
    }

    private static void verify(FunctionBinding function, Journal journal) {
        if (!function.isVfio()) {
            throw BindingException.of(
                    Code.NOT_A_VFIO_DRIVER,
                    journal.target() + " took " + journal.address() + ", and offers no VFIO",
                    "");
        }
    }

    private static void compare(FunctionBinding function, Journal journal, Binding wanted) {
        Binding now = function.binding();
        if (!now.equals(wanted)) {
            throw BindingException.of(Code.STEP_FAILED, journal.address() + " has " + now + ", not " + wanted, "");
        }
    }

    /**
     * Binds functions, all or none. Nobody else changes one of them until what comes then is done too.
     *
     * @param device what the plans were made for; there need not be one for itself
     * @param then what is done with the ended journals
     */
    <R> R bind(DeviceSnapshot device, List<BindPlan> plans, Function<List<Journal>, R> then) {
        Set<PciAddress> functions = new HashSet<>(Set.of(device.address()));
        plans.forEach(plan -> functions.add(plan.address()));
        String id = UUID.randomUUID().toString();
        List<Supplier<Begun>> changes = new ArrayList<>();
        plans.forEach(plan -> changes.add(() -> begun(plan, id)));
        Effects.Lock lock = journals.lock(functions);
        try {
            refuseIfStale(device);
            journals.finished(device.address());
            return then.apply(all(changes, this::end));
        } finally {
            lock.close();
        }
    }

    private List<Journal> end(List<Journal> done) {
        List<Journal> ended = done.stream().map(Journal::done).toList();
        ended.forEach(journals::write);
        return ended;
    }

    /**
     * Also if the snapshot is one of no moment: its driver was read before a change of others, whether that offers VFIO after
     * it, and both were as before again when the lock was had.
     */
    private void refuseIfStale(DeviceSnapshot device) {
        Binding then = new Binding(device.driver(), device.override());
        refuseIfStale(device.address(), device.modalias(), then);
        if (function(device.address()).isVfio() != device.vfio()) {
            throw stale(device.address(), then);
        }
    }

    private void refuseIfStale(PciAddress address, Modalias modalias, Binding expected) {
        Binding now = function(address).binding();
        if (!now.equals(expected)
                || !modalias.toString().equals(files.text(SnapshotReader.DEVICES + address + "/modalias"))) {
            throw stale(address, now);
        }
    }

    private static BindingException stale(PciAddress address, Binding now) {
        return BindingException.of(
                Code.STALE_PLAN, address + " has " + now + " now, which is not what the plan was made for", "");
    }

    private Begun begun(BindPlan plan, String id) {
        PciAddress address = plan.address();
        Binding before = new Binding(plan.fromDriver(), plan.fromOverride());
        refuseIfStale(address, plan.modalias(), before);
        Journal journal = Journal.begin(address, plan.modalias(), id, Action.BIND, before)
                .after(journals.binding(address, before.driver()))
                .leadingTo(plan.driver());
        return new Begun(journal, plan.steps());
    }

    /** Lets a function have its new driver at each start, and remembers by which file; what the user is told of it. */
    String keep(Journal journal, Persistence persistence) {
        String driver = target(journal);
        String module = files.target("/sys/bus/pci/drivers/" + driver + "/module");
        String file = persistence.keep(journal.address(), driver, module == null ? driver : module);
        journals.write(journal.lasting(file));
        return driver + " will be bound to " + journal.address() + " at each start, by " + file;
    }

    /** Waits for the node by which a bound function is opened; empty, or what is wrong with it. */
    Optional<BindingProblem> awaitNode(PciAddress address) {
        long end = effects.nanos() + NODE_PATIENCE.toNanos();
        List<String> nodes = files.vfioNodes(address);
        while (nodes.stream().noneMatch(files::exists) && effects.nanos() - end < 0 && effects.pause(LOOK)) {
            nodes = files.vfioNodes(address);
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
