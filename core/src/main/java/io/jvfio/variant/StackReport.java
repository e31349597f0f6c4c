// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VariantChoice;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What was put on a device, or would be, and why: every layer and variant that was there to choose from, and what became of
 * it.
 *
 * <p>Threads: immutable.
 *
 * @param device what the choice was made by; empty if the device is no PCI function, or nothing had to be chosen
 * @param request what the user asked for, the site's policy included
 * @param outcome how the choice ended
 * @param chosen the id of the variant that drives the device; empty for none
 * @param below what the device was made of before, as it says itself: the storeys of who serves it
 * @param layers in the order of their ids
 * @param variants the better before the worse, then those that are out, by id
 * @param notes what else there is to know, each a line
 */
public record StackReport(
        Optional<DeviceIdentity> device,
        VariantChoice request,
        Outcome outcome,
        String chosen,
        List<String> below,
        List<Candidate> layers,
        List<Candidate> variants,
        List<String> notes) {

    /** How a choice ends. */
    public enum Outcome {
        /** A variant was chosen. */
        SELECT,
        /** The user or the site has forced one. */
        FORCED,
        /** No variant drives the device, which works as any of its kind. */
        GENERIC,
        /** The user wants none. */
        NONE,
        /** Two describe the device equally well. */
        AMBIGUOUS,
        /** Two providers of one id describe the device. */
        DUPLICATE,
        /** The forced variant is not there, or does not take the device. */
        REFUSED,
        /** The device has to be opened before there is an answer. */
        OPEN
    }

    /** What became of a candidate. */
    public enum State {
        /** It is on the device. */
        CHOSEN,
        /** It would take the device. */
        ACCEPTED,
        /** It does not want the device. */
        DECLINED,
        /** It threw, or looked at too much. */
        FAILED,
        /** The device lacks what it needs. */
        LACKING,
        /** A better one was found first. */
        NOT_ASKED,
        /** It can be asked only when the device is open. */
        ASKED_WHEN_OPENED,
        /** No rule of it describes the device. */
        NO_MATCH,
        /** The site's policy forbids it. */
        DENIED,
        /** Another provider has the same id, or another layer claims the same capability. */
        DUPLICATE,
        /** It is below already, on the side of who serves the device. */
        BELOW
    }

    /**
     * Where a provider comes from.
     *
     * @param type the name of its class
     * @param module the module's name; empty for the class path
     * @param version the module's or the JAR's; empty if it says none
     * @param location the JAR or folder; empty if it is not known
     */
    public record Origin(String type, String module, String version, String location) {
        /** Refuses null. */
        public Origin {
            Objects.requireNonNull(type, "type");
            Objects.requireNonNull(module, "module");
            Objects.requireNonNull(version, "version");
            Objects.requireNonNull(location, "location");
        }
    }

    /**
     * A layer or a variant.
     *
     * @param id its id
     * @param origin where it comes from
     * @param rule the rule of it that describes the device best; empty for layers, and if none does
     * @param state what became of it
     * @param reason why, in words; may be empty
     * @param notes what it would rather have had
     */
    public record Candidate(
            String id, Origin origin, Optional<VariantRule> rule, State state, String reason, List<String> notes) {
        /** Copies the list. */
        public Candidate {
            Objects.requireNonNull(id, "id");
            Objects.requireNonNull(origin, "origin");
            Objects.requireNonNull(rule, "rule");
            Objects.requireNonNull(state, "state");
            Objects.requireNonNull(reason, "reason");
            notes = List.copyOf(notes);
        }
    }

    /** Copies the lists. */
    public StackReport {
        Objects.requireNonNull(device, "device");
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(outcome, "outcome");
        Objects.requireNonNull(chosen, "chosen");
        below = List.copyOf(below);
        layers = List.copyOf(layers);
        variants = List.copyOf(variants);
        notes = List.copyOf(notes);
    }
}
