// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Virtual functions of a PF that is bound to vfio-pci; they are bound to it too, and gone after close. */
final class VirtualFunctions implements AutoCloseable {
    private static final Path ENABLE = Path.of("/sys/module/vfio_pci/parameters/enable_sriov");

    private final Path function;

    private VirtualFunctions(Path function) {
        this.function = function;
    }

    static VirtualFunctions create(String address, int count) throws IOException {
        Files.writeString(ENABLE, "1");
        VirtualFunctions created = new VirtualFunctions(Path.of("/sys/bus/pci/devices", address));
        created.number(0);
        created.number(count);
        return created;
    }

    /** The address of a virtual function, 0 is the first. */
    String address(int index) throws IOException {
        return Files.readSymbolicLink(function.resolve("virtfn" + index))
                .getFileName()
                .toString();
    }

    private void number(int count) throws IOException {
        Files.writeString(function.resolve("sriov_numvfs"), Integer.toString(count));
    }

    @Override
    public void close() throws IOException {
        number(0);
    }
}
