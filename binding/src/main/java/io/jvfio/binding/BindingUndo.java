// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.binding.Journal.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes changes back: at once when a step fails, or later when whoever made them is gone. It looks at what is there, not
 * only at what the journal says was done, so it is right at any point, and can be done again if it is interrupted itself.
 *
 * <p>Threads: one at a time.
 */
final class BindingUndo {
    private final HostFiles files;
    private final Effects effects;
    private final Journals journals;
    private final Duration patience;

    BindingUndo(HostFiles files, Effects effects, Duration patience) {
        this.files = files;
        this.effects = effects;
        this.journals = new Journals(files, effects);
        this.patience = patience;
    }

    private FunctionBinding function(PciAddress address) {
        return new FunctionBinding(files, effects, address, patience);
    }

    /** Takes changes back because one has failed, the last first; what the user is told then. */
    BindingException after(BindingException failure, List<Journal> done) {
        for (Journal journal : done.reversed()) {
            try {
                undo(journal);
            } catch (BindingException again) {
                again.addSuppressed(failure);
                return again;
            }
        }
        return failure;
    }

    /** Brings a function back to what the journal says was there before, and closes the journal. */
    void undo(Journal journal) {
        FunctionBinding function = function(journal.address());
        Binding before = journal.before();
        try {
            String driver = function.driver();
            if (driver != null && !driver.equals(before.driver())) {
                function.unbind();
            }
            function.override(before.override());
            if (before.driver() != null && !before.driver().equals(function.driver())) {
                function.probe(before.driver(), journal.modalias());
            }
        } catch (BindingException e) {
            throw incomplete(journal, e);
        }
        if (!function.binding().equals(before)) {
            throw incomplete(journal, null);
        }
        if (journal.origin() == null || before.equals(journal.origin())) {
            journals.remove(journal.address());
        } else {
            journals.write(journal.takenBack());
        }
    }

    private BindingException incomplete(Journal journal, @Nullable BindingException cause) {
        PciAddress address = journal.address();
        Binding now = function(address).binding();
        String driver = journal.before().driver();
        List<Step> rest =
                new ArrayList<>(List.of(new Step.Restore(journal.before().override())));
        if (!Objects.equals(now.driver(), driver)) {
            rest.add(new Step.Unbind(now.driver()));
            if (driver != null) {
                rest.add(new Step.Bind(driver));
            }
        }
        List<String> commands =
                rest.stream().flatMap(step -> step.shell(address).stream()).toList();
        BindingException failure = BindingException.of(
                Code.ROLLBACK_INCOMPLETE,
                address + " has " + now + " now, and had " + journal.before() + " before"
                        + (cause == null ? "" : ": " + cause.problem().detail()),
                "jvfio recover tries again, or: " + String.join("; ", commands));
        if (cause != null) {
            failure.initCause(cause);
        }
        return failure;
    }

    /**
     * Takes back an unfinished change. Whether it is unfinished is decided here, when nobody else can go on with it: what
     * was seen before can have ended since.
     *
     * @return how it is now; empty if there was nothing to take back, since the change is finished, the function has gone or
     *     another one is there
     */
    Optional<Binding> recover(PciAddress address) {
        Effects.Lock lock = journals.lock(List.of(address));
        try {
            Journal journal = journals.read(address);
            if (journal == null || !journal.unfinished() && planned(journal).noneMatch(Journal::unfinished)) {
                return Optional.empty();
            }
            reopenFinished(journal);
            String there = files.text(SnapshotReader.DEVICES + address + "/modalias");
            if (!journal.modalias().toString().equals(there)) {
                journals.remove(address);
                return Optional.empty();
            }
            FunctionBinding function = function(address);
            if (journal.state() == State.UNBIND_PENDING
                    && Objects.equals(function.driver(), journal.before().driver())) {
                throw BindingException.of(
                        Code.UNBIND_PENDING,
                        function.driver() + " has still not let go of " + address,
                        "end whoever uses it, then try again");
            }
            undo(journal);
            return Optional.of(function.binding());
        } finally {
            lock.close();
        }
    }

    /**
     * Marks the finished ones among those that change together as unfinished, before the last one is taken back that tells of
     * the whole plan that it is unfinished: whenever this process ends, each of them is taken back, or known to be left.
     */
    private void reopenFinished(Journal journal) {
        for (Journal other : planned(journal).filter(each -> !each.unfinished()).toList()) {
            Effects.Lock lock = journals.lock(List.of(other.address()));
            try {
                Journal now = journals.read(other.address());
                if (other.equals(now)) {
                    journals.write(other.reopened());
                }
            } finally {
                lock.close();
            }
        }
    }

    /** The journals of the other functions that change together with one. */
    private Stream<Journal> planned(Journal journal) {
        return all().stream()
                .filter(other ->
                        other.plan().equals(journal.plan()) && !other.address().equals(journal.address()));
    }

    private List<Journal> all() {
        return journals.addresses().stream()
                .map(journals::read)
                .filter(Objects::nonNull)
                .toList();
    }

    /** Functions whose change was not finished, and those that were to change together with them. */
    List<PciAddress> unfinished() {
        List<Journal> all = all();
        List<String> plans =
                all.stream().filter(Journal::unfinished).map(Journal::plan).toList();
        return all.stream()
                .filter(one -> plans.contains(one.plan()))
                .map(Journal::address)
                .toList()
                .reversed();
    }
}
