// SPDX-License-Identifier: Apache-2.0
package io.jvfio.variant;

import io.jvfio.device.VfioDevice;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/** A variant of a vendor that there is not. */
record Invented(
        String id,
        List<VariantRule> rules,
        VariantNeeds needs,
        VariantNeeds wants,
        Function<VariantView, Verdict> asked,
        BiFunction<VfioDevice, VariantContext, VfioDevice> opened)
        implements DeviceVariantProvider {

    /** Takes what its rules describe, and adds nothing. */
    static Invented of(String id, VariantRule... rules) {
        return new Invented(
                id,
                List.of(rules),
                VariantNeeds.none(),
                VariantNeeds.none(),
                view -> Verdict.accept(),
                (below, context) -> new VariantDevice(below, context, Additions.none()) {});
    }

    Invented needing(VariantNeeds hard) {
        return new Invented(id, rules, hard, wants, asked, opened);
    }

    Invented wanting(VariantNeeds soft) {
        return new Invented(id, rules, needs, soft, asked, opened);
    }

    Invented asked(Function<VariantView, Verdict> probe) {
        return new Invented(id, rules, needs, wants, probe, opened);
    }

    Invented declining() {
        return asked(view -> Verdict.decline("old firmware"));
    }

    Invented opened(BiFunction<VfioDevice, VariantContext, VfioDevice> open) {
        return new Invented(id, rules, needs, wants, asked, open);
    }

    @Override
    public Verdict probe(VariantView device) {
        return asked.apply(device);
    }

    @Override
    public VfioDevice open(VfioDevice below, VariantContext context) {
        return opened.apply(below, context);
    }
}
