// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.zpci;

import io.jvfio.emulation.DeviceModel;

/**
 * The model inside, which is reset with the function.
 *
 * <p>Threads: as {@link DeviceModel}.
 *
 * @param inside the model
 * @param events what else a reset concerns
 * @param slotReset whether a reset disables and enables the function
 */
record ZpciModel(DeviceModel inside, ErrorEvents events, boolean slotReset) implements DeviceModel {
    @Override
    public boolean run() {
        return inside.run();
    }

    @Override
    public void reset() {
        events.reset(slotReset);
        inside.reset();
    }

    @Override
    public void close() {
        events.close();
        inside.close();
    }
}
