// SPDX-License-Identifier: Apache-2.0
package io.jvfio.emulation.nvme;

import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.internal.sys.SystemCalls;
import java.util.List;

/** Makes {@code model:nvme}. Threads: stateless. */
public final class NvmeProvider implements ModelProvider {

    /** For the service loader. */
    public NvmeProvider() {}

    @Override
    public String name() {
        return "nvme";
    }

    @Override
    public String summary() {
        return "NVMe 1.4 controller with namespaces in memory or in a file";
    }

    @Override
    public List<ModelOption> options() {
        return NvmeOptions.KNOWN;
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        NvmeOptions parsed = NvmeOptions.parse(options);
        Storage storage = Storage.open(SystemCalls.linux(), parsed);
        try {
            return new NvmeModel(setup, parsed, storage);
        } catch (RuntimeException e) {
            try {
                storage.close();
            } catch (RuntimeException late) {
                e.addSuppressed(late);
            }
            throw e;
        }
    }
}
