// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation;

import io.jvfio.pci.config.Capability;
import io.jvfio.pci.config.ConfigContents;
import io.jvfio.pci.config.ConfigRules;
import io.jvfio.pci.config.PciRegisters;
import io.jvfio.pci.config.RegisterValue;

/**
 * Which registers a model's config space has: those that the model has named, then those of its capabilities, then whatever
 * else there is a rule for.
 *
 * <p>The header and the power state are not looked at: whoever guards accesses reads them all the time.
 *
 * <p>Threads: immutable.
 *
 * @param map all of them
 * @param powerOffset where the power management capability is, or 0
 */
record ConfigRegisters(RegisterMap map, int powerOffset) {
    private static final int ANY = RegisterMap.ANY_WIDTH;
    private static final int POWER_SIZE = 8;
    private static final String UNNAMED = "register of the model";

    /** The list of extended capabilities: where it would start is looked at by everybody. */
    private static final int LIST_SIZE = 4;

    static ConfigRegisters of(ConfigRules rules, RegisterMap named) {
        RegisterMap map = named;
        ConfigContents contents = ConfigContents.of(rules.open());
        for (Capability each : contents.capabilities()) {
            for (RegisterValue register : each.registers()) {
                map = map.withRest(
                        each.name() + " " + register.name(),
                        register.offset(),
                        register.register().width(),
                        ANY,
                        ANY);
            }
            map = map.withRest(each.name(), each.header().offset(), each.size(), ANY, ANY);
        }
        for (int at = PciRegisters.HEADER_SIZE; at < rules.size(); at++) {
            map = rules.describes(at) ? map.withRest(UNNAMED, at, 1, ANY, ANY) : map;
        }
        if (rules.size() > PciRegisters.CONVENTIONAL_SIZE) {
            map = map.withRest("extended capabilities", PciRegisters.CONVENTIONAL_SIZE, LIST_SIZE, ANY, ANY);
        }
        return new ConfigRegisters(
                map,
                contents.capability(PciRegisters.CAP_POWER)
                        .map(power -> power.header().offset())
                        .orElse(0));
    }

    /** Whether accesses of a byte are looked at. */
    boolean isWatched(long offset) {
        boolean power = powerOffset != 0 && offset >= powerOffset && offset < powerOffset + POWER_SIZE;
        return offset >= PciRegisters.HEADER_SIZE && !power;
    }
}
