// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.Hex;
import io.jvfio.host.SriovRole;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which devices a variant drives: the seven fields that kernel drivers are chosen by, and three more that only settle what
 * those leave open. A fact that a carrier does not have is matched only by rules that leave it open.
 *
 * <p>Threads: immutable.
 *
 * @param ids the seven fields
 * @param revisions the revisions that are meant, if not all
 * @param sriov the part in SR-IOV that is meant, if not any
 * @param kernelDrivers the kernel drivers that are meant; empty for any
 */
public record VariantRule(
        MatchRule ids, Optional<Revisions> revisions, Optional<SriovRole> sriov, Set<String> kernelDrivers) {

    /**
     * A range of revisions.
     *
     * @param first 0 to 0xff
     * @param last {@code first} to 0xff
     */
    public record Revisions(int first, int last) {
        /** Checks the order. */
        public Revisions {
            if (first < 0 || last < first || last > 0xff) {
                throw new IllegalArgumentException("revisions " + Hex.of(first) + " to " + Hex.of(last));
            }
        }
    }

    /** Copies the set. */
    public VariantRule {
        Objects.requireNonNull(ids, "ids");
        Objects.requireNonNull(revisions, "revisions");
        Objects.requireNonNull(sriov, "sriov");
        kernelDrivers = Set.copyOf(kernelDrivers);
    }

    /** A rule of the seven fields alone. */
    public static VariantRule of(MatchRule ids) {
        return new VariantRule(ids, Optional.empty(), Optional.empty(), Set.of());
    }

    /** Functions of a vendor and a device id. */
    public static VariantRule of(int vendor, int device) {
        return of(MatchRule.any().with(MatchField.VENDOR, vendor).with(MatchField.DEVICE, device));
    }

    /** The same for a range of revisions. */
    public VariantRule withRevisions(int first, int last) {
        return new VariantRule(ids, Optional.of(new Revisions(first, last)), sriov, kernelDrivers);
    }

    /** The same for one part in SR-IOV. */
    public VariantRule withSriov(SriovRole role) {
        return new VariantRule(ids, revisions, Optional.of(role), kernelDrivers);
    }

    /** The same for functions bound to one of these kernel drivers. */
    public VariantRule withKernelDrivers(Set<String> drivers) {
        return new VariantRule(ids, revisions, sriov, drivers);
    }

    /** Whether a device is meant. */
    public boolean matches(DeviceIdentity device) {
        return ids.matches(device.modalias())
                && revisions
                        .map(range -> device.revision() >= range.first() && device.revision() <= range.last())
                        .orElse(true)
                && sriov.map(role -> device.facts()
                                .map(known -> known.sriov() == role)
                                .orElse(false))
                        .orElse(true)
                && (kernelDrivers.isEmpty()
                        || device.facts()
                                .flatMap(FunctionFacts::kernelDriver)
                                .map(kernelDrivers::contains)
                                .orElse(false));
    }

    /** How many of the three fields besides the seven ask for something (J3). */
    public int extras() {
        return (revisions.isPresent() ? 1 : 0) + (sriov.isPresent() ? 1 : 0) + (kernelDrivers.isEmpty() ? 0 : 1);
    }

    /** The seven fields as aliases write them, then what else is asked for. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(ids.toString());
        revisions.ifPresent(range ->
                text.append(" rev ").append(Hex.of(range.first())).append('-').append(Hex.of(range.last())));
        sriov.ifPresent(role -> text.append(' ').append(role));
        if (!kernelDrivers.isEmpty()) {
            text.append(" on ").append(String.join("|", new TreeSet<>(kernelDrivers)));
        }
        return text.toString();
    }
}
