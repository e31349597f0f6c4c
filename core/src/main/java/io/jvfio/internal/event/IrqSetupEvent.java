// SPDX-License-Identifier: Apache-2.0
package io.jvfio.internal.event;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/** One request that sets up interrupts, with the time that the carrier took. Threads: one at a time. */
@Name("io.jvfio.IrqSetup")
@Label("IRQ Set-up")
@Category("jvfio")
@Description("A VFIO_DEVICE_SET_IRQS request: vectors assigned, taken away, masked, unmasked or fired")
@StackTrace(true)
@Threshold("0 ms")
@SuppressWarnings("UnusedVariable") // the recorder reads the fields
public final class IrqSetupEvent extends Event {

    @Label("Device")
    private @Nullable String device;

    @Label("IRQ Index")
    @Description("INTx 0, MSI 1, MSI-X 2, ERR 3, REQ 4")
    private int index;

    @Label("First Vector")
    private int start;

    @Label("Vectors")
    @Description("0 turns the index off")
    private int count;

    @Label("Action")
    private @Nullable String action;

    @Label("Result")
    @Description("0, or how many vectors can be had, or -1 if the request failed")
    private int result;

    private IrqSetupEvent() {}

    /** An event that runs from now on, or null if nobody records it; then nothing is allocated. */
    public static @Nullable IrqSetupEvent start() {
        if (!FlightRecorder.isInitialized()) {
            return null;
        }
        IrqSetupEvent event = new IrqSetupEvent();
        event.begin();
        return event.isEnabled() ? event : null;
    }

    /** Says what was asked for: the index, the first vector, how many, and what to do with them. */
    public void request(int irqIndex, int first, int vectors, String what) {
        index = irqIndex;
        start = first;
        count = vectors;
        action = what;
    }

    /** Records it, if it is wanted. */
    public void commit(String subject, int outcome) {
        if (shouldCommit()) {
            device = subject;
            result = outcome;
            commit();
        }
    }
}
