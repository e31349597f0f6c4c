// SPDX-License-Identifier: Apache-2.0
package io.jvfio.host.driver;

import io.jvfio.PciAddress;
import io.jvfio.host.driver.DriverProblem.Code;
import io.jvfio.host.driver.Journal.Action;
import io.jvfio.host.driver.Journal.Binding;
import io.jvfio.host.driver.Journal.State;
import io.jvfio.host.driver.Journal.Step;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Gives functions back, step by step as {@link DriverChange} takes them.
 *
 * <p>Threads: one at a time.
 */
final class DriverRelease {
    private final HostFiles files;
    private final Effects effects;
    private final Journals journals;
    private final DriverUndo undo;
    private final Duration patience;

    DriverRelease(HostFiles files, Effects effects, Duration patience) {
        this.files = files;
        this.effects = effects;
        this.journals = new Journals(files, effects);
        this.undo = new DriverUndo(files, effects, patience);
        this.patience = patience;
    }

    /**
     * Gives a function back to what it had before jvfio bound it, or to any host driver if somebody else did.
     *
     * @return how it is now
     */
    Binding release(PciAddress address, String id) {
        Effects.Lock lock = journals.lock(address);
        try {
            Journal known = journals.finished(address);
            FunctionDriver function = new FunctionDriver(files, effects, address, patience);
            Binding before = function.binding();
            Journal ours = known != null && Objects.equals(known.target(), before.driver()) ? known : null;
            Binding origin = ours == null ? null : ours.origin();
            Journal journal = new Journal(
                    address,
                    modalias(address),
                    State.IN_FLIGHT,
                    Step.BEGIN,
                    id,
                    Action.RELEASE,
                    before,
                    origin == null ? null : origin.driver(),
                    origin,
                    ours == null ? null : ours.persistent());
            journals.write(journal);
            try {
                steps(function, journal, origin);
            } catch (DriverException e) {
                throw e.problem().code() == Code.UNBIND_PENDING ? e : undo.after(e, journal);
            }
            journals.remove(address);
            return function.binding();
        } finally {
            lock.close();
        }
    }

    private void steps(FunctionDriver function, Journal begun, @Nullable Binding origin) {
        Journal journal = journals.enter(begun.at(Step.OVERRIDE));
        function.override(origin == null ? null : origin.override());
        journal = journals.enter(journal.at(Step.UNBIND));
        journals.unbind(function, journal);
        journal = journals.enter(journal.at(Step.BIND));
        if (origin == null || origin.driver() != null) {
            function.probe(origin == null ? null : origin.driver(), journal.modalias());
        }
        journals.enter(journal.at(Step.VERIFY));
        if (origin != null && !function.binding().equals(origin)) {
            throw DriverException.of(
                    Code.STEP_FAILED, journal.address() + " has " + function.binding() + ", not " + origin, "");
        }
    }

    private Modalias modalias(PciAddress address) {
        return Modalias.parse(files.textOrEmpty(SnapshotReader.DEVICES + address + "/modalias"));
    }
}
