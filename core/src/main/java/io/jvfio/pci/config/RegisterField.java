// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import io.jvfio.mmio.Field;
import java.util.Objects;

/**
 * A field of a register: where it is, what may be done with it, how it is worded.
 *
 * <p>Threads: immutable.
 *
 * @param name short, the same as {@code lspci}'s where that has one; unique in its register
 * @param bits which bits of the register
 * @param access what software may do with it
 * @param wording how its value is put into words; not used for flags
 */
public record RegisterField(String name, Field bits, FieldAccess access, Wording wording) {

    /** Refuses null. */
    public RegisterField {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(bits, "bits");
        Objects.requireNonNull(access, "access");
        Objects.requireNonNull(wording, "wording");
    }

    static RegisterField ro(String name, int bit) {
        return flag(name, bit, FieldAccess.RO);
    }

    static RegisterField ro(String name, int high, int low) {
        return ro(name, high, low, Wording.NUMBER);
    }

    static RegisterField ro(String name, int high, int low, Wording wording) {
        return field(name, high, low, FieldAccess.RO, wording);
    }

    static RegisterField rw(String name, int bit) {
        return flag(name, bit, FieldAccess.RW);
    }

    static RegisterField rw(String name, int high, int low) {
        return rw(name, high, low, Wording.NUMBER);
    }

    static RegisterField rw(String name, int high, int low, Wording wording) {
        return field(name, high, low, FieldAccess.RW, wording);
    }

    static RegisterField rw1c(String name, int bit) {
        return flag(name, bit, FieldAccess.RW1C);
    }

    static RegisterField flag(String name, int bit, FieldAccess access) {
        return field(name, bit, bit, access, Wording.NUMBER);
    }

    static RegisterField field(String name, int high, int low, FieldAccess access, Wording wording) {
        return new RegisterField(name, Field.bits(high, low), access, wording);
    }

    /** Whether it has one bit, and means yes or no. */
    public boolean flag() {
        return bits.width() == 1 && wording.equals(Wording.NUMBER);
    }

    /** Its value in a register's. */
    long of(long register) {
        return bits.of(register);
    }

    boolean isSet(long register) {
        return bits.isSet(register);
    }

    /** {@code MaxReadReq[14:12] RW}. */
    @Override
    public String toString() {
        return name + bits + " " + access;
    }
}
