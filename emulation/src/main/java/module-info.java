// SPDX-License-Identifier: Apache-2.0
import org.jspecify.annotations.NullMarked;

/** Device models in this process, and what a model is built from. */
@NullMarked
module io.jvfio.emulation {
    requires static org.jspecify;
    requires transitive io.jvfio.core;
    requires io.jvfio.driver.nvme;

    exports io.jvfio.emulation;

    uses io.jvfio.emulation.ModelProvider;
    uses io.jvfio.emulation.ModelWrapper;

    provides io.jvfio.carrier.CarrierProvider with
            io.jvfio.emulation.ModelCarrier;
    provides io.jvfio.emulation.ModelProvider with
            io.jvfio.emulation.edu.EduProvider,
            io.jvfio.emulation.nvme.NvmeProvider;
}
