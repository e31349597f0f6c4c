// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Action;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.binding.Journal.State;
import io.jvfio.binding.Journal.Step;
import io.jvfio.variant.Modalias;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Gives functions back, step by step as {@link BindingChange} takes them.
 *
 * <p>Threads: one at a time.
 */
final class BindingRelease {
    private final HostFiles files;
    private final Effects effects;
    private final Journals journals;
    private final BindingUndo undo;
    private final SnapshotReader reader;
    private final Persistence persistence;
    private final Duration patience;

    BindingRelease(HostFiles files, Effects effects, Duration patience) {
        this.files = files;
        this.effects = effects;
        this.journals = new Journals(files, effects);
        this.undo = new BindingUndo(files, effects, patience);
        this.reader = new SnapshotReader(files);
        this.persistence = new Persistence(files, effects);
        this.patience = patience;
    }

    /** The functions that would be given back: the device itself first, and what VFIO has of its group if that is wanted. */
    List<PciAddress> functions(DeviceSnapshot device, boolean wholeGroup) {
        List<PciAddress> functions = new ArrayList<>();
        if (device.vfio()) {
            functions.add(device.address());
        }
        if (wholeGroup) {
            device.others().stream()
                    .filter(other -> !other.bridge() && reader.isVfio(other.address()))
                    .forEach(other -> functions.add(other.address()));
        }
        return functions;
    }

    /**
     * Gives functions back to what they had before jvfio bound them, or to any host driver if somebody else did; all, or
     * none. Then nothing is left that would bind one of them at the next start, also if it was not given back because no
     * VFIO driver had it.
     */
    ReleaseResult release(DeviceSnapshot device, boolean wholeGroup, Catalogue catalogue, String id) {
        List<PciAddress> functions = functions(device, wholeGroup);
        for (PciAddress address : functions) {
            journals.finished(address);
            refuseIfOpen(address);
        }
        List<Leftover> leftovers = leftovers(device, wholeGroup, catalogue);
        List<Change> changes = functions.isEmpty() ? List.of() : release(functions, id);
        List<String> notes = new ArrayList<>();
        for (Leftover leftover : leftovers) {
            persistence.forget(leftover.address, leftover.file);
            notes.add(leftover.file + " is removed: no start of the host binds " + leftover.address + " any more");
        }
        return new ReleaseResult(changes, notes);
    }

    private record Leftover(PciAddress address, String file) {}

    /** The files that would bind functions at the next start. */
    private List<Leftover> leftovers(DeviceSnapshot device, boolean wholeGroup, Catalogue catalogue) {
        List<PciAddress> functions = new ArrayList<>(List.of(device.address()));
        if (wholeGroup) {
            device.others().forEach(other -> functions.add(other.address()));
        }
        List<Leftover> leftovers = new ArrayList<>();
        for (PciAddress address : functions) {
            String bound = reader.isVfio(address) ? reader.driver(address) : null;
            Set<String> found = new LinkedHashSet<>(persistence.leftovers(address, catalogue, bound));
            Journal known = journals.read(address);
            if (known != null && known.persistent() != null && files.exists(known.persistent())) {
                found.add(known.persistent());
            }
            found.forEach(file -> leftovers.add(new Leftover(address, file)));
        }
        return leftovers;
    }

    private void refuseIfOpen(PciAddress address) {
        List<String> holders = files.holders(SnapshotReader.vfioNodes(files, address));
        if (!holders.isEmpty()) {
            List<String> named = holders.stream().map(HazardTable::holder).toList();
            throw new BindingException(new BindingProblem(
                    Code.REFUSED,
                    Hazard.Row.U14.name(),
                    address + " is in use: " + String.join(", ", named),
                    "end those first"));
        }
    }

    private List<Change> release(List<PciAddress> functions, String id) {
        List<Effects.Lock> locks = new ArrayList<>();
        List<Journal> done = new ArrayList<>();
        try {
            for (PciAddress address : functions) {
                locks.add(journals.lock(address));
            }
            for (PciAddress address : functions) {
                done.add(release(address, id));
            }
            // The journal of one function going is the end of its change. Several end together: by then none of them
            // is one that recovering would take back.
            if (done.size() > 1) {
                done.forEach(journal -> journals.write(journal.at(Step.END).in(State.DONE)));
            }
            List<Change> changes = new ArrayList<>();
            for (Journal journal : done) {
                journals.remove(journal.address());
                changes.add(new Change(
                        journal.address(),
                        orEmpty(journal.before().driver()),
                        orEmpty(reader.driver(journal.address()))));
            }
            return changes;
        } catch (BindingException e) {
            throw undo.all(e, done);
        } finally {
            locks.forEach(Effects.Lock::close);
        }
    }

    private Journal release(PciAddress address, String id) {
        FunctionDriver function = new FunctionDriver(files, effects, address, patience);
        Binding before = function.binding();
        Journal ours = journals.binding(address, before.driver());
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
            return steps(function, journal, origin);
        } catch (BindingException e) {
            throw e.problem().code() == Code.UNBIND_PENDING ? e : undo.after(e, journal);
        }
    }

    private Journal steps(FunctionDriver function, Journal begun, @Nullable Binding origin) {
        Journal journal = journals.enter(begun.at(Step.OVERRIDE));
        function.override(origin == null ? null : origin.override());
        journal = journals.enter(journal.at(Step.UNBIND));
        journals.unbind(function, journal);
        journal = journals.enter(journal.at(Step.BIND));
        if (origin == null || origin.driver() != null) {
            function.probe(origin == null ? null : origin.driver(), journal.modalias());
        }
        journal = journals.enter(journal.at(Step.VERIFY));
        if (origin != null && !function.binding().equals(origin)) {
            throw BindingException.of(
                    Code.STEP_FAILED, journal.address() + " has " + function.binding() + ", not " + origin, "");
        }
        return journal;
    }

    /** How functions would be given back, as lines of a shell. */
    List<String> shell(DeviceSnapshot device, boolean wholeGroup, Catalogue catalogue) {
        List<PciAddress> functions = functions(device, wholeGroup);
        List<String> lines = new ArrayList<>();
        for (PciAddress address : functions) {
            journals.finished(address);
            String driver = reader.driver(address);
            Journal ours = journals.binding(address, driver);
            Binding origin = ours == null ? null : ours.origin();
            String override = origin == null ? "" : orEmpty(origin.override());
            lines.add("echo " + override + " > " + SnapshotReader.DEVICES + address + "/driver_override");
            lines.add("echo " + address + " > /sys/bus/pci/drivers/" + driver + "/unbind");
            if (origin == null || origin.driver() != null) {
                lines.add("echo " + address + " > /sys/bus/pci/drivers_probe");
            }
        }
        for (Leftover leftover : leftovers(device, wholeGroup, catalogue)) {
            persistence.files(leftover.address, leftover.file).forEach(file -> lines.add("rm -f " + file));
        }
        return lines;
    }

    private Modalias modalias(PciAddress address) {
        return Modalias.parse(files.textOrEmpty(SnapshotReader.DEVICES + address + "/modalias"));
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
