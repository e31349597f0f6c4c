// SPDX-License-Identifier: Apache-2.0
package com.example.vendor;

import io.jvfio.device.VfioDevice;
import io.jvfio.variant.DeviceVariantProvider;
import io.jvfio.variant.VariantContext;
import io.jvfio.variant.VariantRule;
import io.jvfio.variant.VariantView;
import io.jvfio.variant.Verdict;
import java.util.List;

/**
 * Says which functions are Acme's, and puts on them what Acme adds.
 *
 * <p>Threads: thread-safe.
 */
public final class AcmeProvider implements DeviceVariantProvider {
    private static final long MAGIC = 0x00ed;

    /** For {@link java.util.ServiceLoader}. */
    public AcmeProvider() {}

    @Override
    public String id() {
        return "acme.edu";
    }

    @Override
    public List<VariantRule> rules() {
        return List.of(VariantRule.of(0x1234, 0x11e8));
    }

    @Override
    public Verdict probe(VariantView device) {
        long identity = device.readRegister(0, 0, Integer.BYTES);
        return (identity & 0xffff) == MAGIC ? Verdict.accept() : Verdict.decline("its firmware is not Acme's");
    }

    @Override
    public VfioDevice open(VfioDevice below, VariantContext context) {
        return AcmeFunction.on(below, context);
    }
}
