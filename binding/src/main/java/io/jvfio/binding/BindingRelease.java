// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindResult.Change;
import io.jvfio.binding.BindingChange.Begun;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.Journal.Action;
import io.jvfio.binding.Journal.Binding;
import io.jvfio.variant.Modalias;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Gives functions back, step by step as {@link BindingChange} takes them.
 *
 * <p>Threads: one at a time.
 */
final class BindingRelease {
    private final HostFiles files;
    private final Journals journals;
    private final BindingChange change;
    private final SnapshotReader reader;
    private final Persistence persistence;

    BindingRelease(HostFiles files, Effects effects, Duration patience) {
        this.files = files;
        this.journals = new Journals(files, effects);
        this.change = new BindingChange(files, effects, patience);
        this.reader = new SnapshotReader(files);
        this.persistence = new Persistence(files, effects);
    }

    /** The functions that would be given back: the device itself first, and what VFIO has of its group if that is wanted. */
    private List<PciAddress> functions(DeviceSnapshot device, boolean wholeGroup) {
        return candidates(device, wholeGroup).stream().filter(reader::isVfio).toList();
    }

    /** The device itself, and the others that are meant with it. */
    private static List<PciAddress> candidates(DeviceSnapshot device, boolean wholeGroup) {
        List<PciAddress> candidates = new ArrayList<>(List.of(device.address()));
        if (wholeGroup) {
            device.others().stream().filter(other -> !other.bridge()).forEach(other -> candidates.add(other.address()));
        }
        return candidates;
    }

    /**
     * Gives functions back to what they had before jvfio bound them, or to any host driver if somebody else did; all, or
     * none. Then nothing is left that would bind one of them at the next start, also if it was not given back because no
     * VFIO driver had it.
     */
    ReleaseResult release(Explanation known, boolean wholeGroup) {
        List<PciAddress> candidates = candidates(known.device(), wholeGroup);
        Effects.Lock lock = journals.lock(candidates);
        try {
            candidates.forEach(journals::finished);
            return releaseLocked(known, wholeGroup);
        } finally {
            lock.close();
        }
    }

    private ReleaseResult releaseLocked(Explanation known, boolean wholeGroup) {
        List<PciAddress> functions = functions(known.device(), wholeGroup);
        functions.forEach(this::refuseIfOpen);
        List<Leftover> leftovers = leftovers(known, wholeGroup);
        String id = UUID.randomUUID().toString();
        List<Supplier<Begun>> changes = new ArrayList<>();
        functions.forEach(address -> changes.add(() -> begun(address, id)));
        List<Change> done = change.all(changes, this::end);
        List<String> notes = new ArrayList<>();
        for (Leftover leftover : leftovers) {
            persistence.forget(leftover.address, leftover.file);
            notes.add(leftover.file + " is removed: no start of the host binds " + leftover.address + " any more");
        }
        return new ReleaseResult(done, notes);
    }

    private record Leftover(PciAddress address, String file) {}

    /** The files that would bind functions at the next start. */
    private List<Leftover> leftovers(Explanation known, boolean wholeGroup) {
        List<Leftover> leftovers = new ArrayList<>();
        for (PciAddress address : candidates(known.device(), wholeGroup)) {
            String bound = reader.isVfio(address) ? reader.driver(address) : null;
            Set<String> found = new LinkedHashSet<>(persistence.leftovers(address, known.catalogue(), bound));
            Journal journal = journals.read(address);
            if (journal != null && journal.persistent() != null && files.exists(journal.persistent())) {
                found.add(journal.persistent());
            }
            found.forEach(file -> leftovers.add(new Leftover(address, file)));
        }
        return leftovers;
    }

    private void refuseIfOpen(PciAddress address) {
        List<String> holders = files.holders(files.vfioNodes(address));
        if (!holders.isEmpty()) {
            List<String> named = holders.stream().map(HazardTable::holder).toList();
            throw new BindingException(new BindingProblem(
                    Code.REFUSED,
                    Hazard.Row.U14.name(),
                    address + " is in use: " + String.join(", ", named),
                    "end those first"));
        }
    }

    private List<Change> end(List<Journal> done) {
        // The journal of one function going is the end of its change. Several end together: by then none of them
        // is one that recovering would take back.
        if (done.size() > 1) {
            done.forEach(journal -> journals.write(journal.done()));
        }
        List<Change> changes = new ArrayList<>();
        for (Journal journal : done) {
            journals.remove(journal.address());
            changes.add(Change.of(journal, reader.driver(journal.address())));
        }
        return changes;
    }

    private Begun begun(PciAddress address, String id) {
        Binding before = new Binding(reader.driver(address), reader.override(address));
        Modalias modalias = Modalias.parse(files.textOrEmpty(SnapshotReader.DEVICES + address + "/modalias"));
        Journal journal = Journal.begin(address, modalias, id, Action.RELEASE, before)
                .after(journals.binding(address, before.driver()));
        Binding origin = journal.origin();
        Binding wanted = origin == null ? new Binding(null, null) : origin;
        List<Step> steps = new ArrayList<>();
        steps.add(new Step.Restore(wanted.override()));
        steps.add(new Step.Unbind(before.driver()));
        if (origin == null || wanted.driver() != null) {
            steps.add(new Step.Probe(wanted.driver()));
        }
        if (origin != null) {
            steps.add(new Step.Compare(wanted));
        }
        return new Begun(journal.leadingTo(wanted.driver()), steps);
    }

    /** How functions would be given back, as lines of a shell. */
    List<String> shell(Explanation known, boolean wholeGroup) {
        List<String> lines = new ArrayList<>();
        for (PciAddress address : functions(known.device(), wholeGroup)) {
            begun(address, "").steps().forEach(step -> lines.addAll(step.shell(address)));
        }
        for (Leftover leftover : leftovers(known, wholeGroup)) {
            persistence.files(leftover.address, leftover.file).forEach(file -> lines.add("rm -f " + file));
        }
        return lines;
    }
}
