// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindingProblem.Code;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Chooses and plans on one look at a host: nothing is read twice, so that what is explained is what is planned, for the
 * function itself, for others of its group and for the driver that comes next.
 *
 * <p>Threads: one at a time.
 */
final class BindPlanner {
    private final HostRecording.Recorder recorder;
    private final HostFiles files;

    BindPlanner(PciAddress address, HostFiles.Source source) {
        this.recorder = new HostRecording.Recorder(address, source);
        this.files = new HostFiles(recorder);
    }

    /** Which kernel driver a function should have; empty if there is no such function. */
    Optional<Explanation> explain(PciAddress address, BindRequest request) {
        Objects.requireNonNull(request, "request");
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
            Decision decision = BindingChoice.choose(device, catalogue, policy, request);
            Optional<BindPlan> plan =
                    decision.changes() ? Optional.of(BindPlan.of(device, catalogue, decision)) : Optional.empty();
            return new Explanation(device, catalogue, request, decision, plan, recorder.recording());
        });
    }

    /** The same for a function that must be there. */
    Explanation explained(PciAddress address, BindRequest request) {
        return explain(address, request)
                .orElseThrow(() -> new IllegalArgumentException("no PCI function " + address + " on this host"));
    }

    /** One plan for each function that would be changed. */
    List<BindPlan> plans(Explanation explanation, BindOptions options) {
        List<BindPlan> plans =
                new ArrayList<>(feasible(explanation).plan().stream().toList());
        if (options.wholeGroup()) {
            for (GroupMember other : explanation.device().others()) {
                if (other.blocks()) {
                    plans.add(companion(other.address(), explanation.request()));
                }
            }
        }
        return plans;
    }

    /** The same with the driver after the one that was chosen; null if there is none. */
    @Nullable Explanation next(Explanation explanation) {
        Decision decision = explanation.decision();
        List<Candidate> rest = decision.candidates().stream()
                .filter(Candidate::feasible)
                .dropWhile(candidate -> !candidate.module().equals(decision.module()))
                .skip(1)
                .toList();
        return rest.isEmpty()
                ? null
                : explained(
                        explanation.device().address(),
                        explanation.request().withDriver(rest.getFirst().module()));
    }

    /** Another function of the group gets the driver for everything, unless somebody has named one for it. */
    private BindPlan companion(PciAddress address, BindRequest request) {
        Explanation own = explained(address, request.withoutDriver());
        Explanation taken = own.decision().overrides().isEmpty() ? explained(address, request.withGeneric()) : own;
        return feasible(taken)
                .plan()
                .orElseThrow(
                        () -> BindingException.of(Code.STALE_PLAN, address + " has changed meanwhile", "try again"));
    }

    private static Explanation feasible(Explanation explanation) {
        explanation.decision().failure().ifPresent(problem -> {
            throw new BindingException(problem);
        });
        return explanation;
    }
}
