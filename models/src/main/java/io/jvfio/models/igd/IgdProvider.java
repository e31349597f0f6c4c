// SPDX-License-Identifier: Apache-2.0
package io.jvfio.models.igd;

import io.jvfio.FileFailure;
import io.jvfio.emulation.DeviceModel;
import io.jvfio.emulation.ModelOption;
import io.jvfio.emulation.ModelOptions;
import io.jvfio.emulation.ModelProvider;
import io.jvfio.emulation.ModelSetup;
import io.jvfio.vendor.igd.spec.Blob;
import io.jvfio.vendor.igd.spec.IgdGeneration;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Makes {@code model:igd}. Threads: stateless. */
public final class IgdProvider implements ModelProvider {
    private static final String OP_REGION = "opregion";
    private static final String GENERATION = "generation";
    private static final String APERTURE = "aperture";
    private static final long MIB = 1 << 20;

    /** For the service loader. */
    public IgdProvider() {}

    @Override
    public String name() {
        return "igd";
    }

    @Override
    public String summary() {
        return "Intel graphics as firmware and VFIO see them: OpRegion, stolen memory, BARs";
    }

    @Override
    public List<ModelOption> options() {
        return List.of(
                new ModelOption(
                        OP_REGION, "", "a file with its OpRegion, as vfio-pci shows one; without it there is none"),
                new ModelOption(GENERATION, "9", "6, 7, 8, 9, 11 or 12"),
                new ModelOption(APERTURE, "16MiB", "the size of its aperture, BAR 2"));
    }

    @Override
    public DeviceModel create(ModelSetup setup, ModelOptions options) {
        IgdGeneration generation = switch (options.choice(GENERATION, "6", "7", "8", "9", "11", "12")) {
            case "6" -> IgdGeneration.GEN6;
            case "7" -> IgdGeneration.GEN7;
            case "8" -> IgdGeneration.GEN8;
            case "9" -> IgdGeneration.GEN9;
            case "11" -> IgdGeneration.GEN11;
            default -> IgdGeneration.GEN12;
        };
        long aperture = options.bytes(APERTURE, MIB, 1 << 30);
        if (Long.bitCount(aperture) != 1) {
            throw options.bad(APERTURE, "a power of two");
        }
        return new IgdModel(setup, generation, aperture, options.has(OP_REGION) ? read(options) : Blob.empty());
    }

    private static Blob read(ModelOptions options) {
        try {
            Blob bytes = Blob.read(Path.of(options.text(OP_REGION)));
            if (bytes.size() == 0) {
                throw options.bad(OP_REGION, "a file with an OpRegion: it is empty");
            }
            return bytes;
        } catch (IOException e) {
            throw FileFailure.of("read", options.text(OP_REGION), e);
        }
    }
}
