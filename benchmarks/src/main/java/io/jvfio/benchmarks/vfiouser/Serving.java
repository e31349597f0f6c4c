// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.vfiouser;

import io.jvfio.DeviceLocator;
import io.jvfio.Vfio;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.vfiouser.server.ServerListener;
import io.jvfio.vfiouser.server.ServerOptions;
import io.jvfio.vfiouser.server.VfioUserServer;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * Our server, of edu's model.
 *
 * <p>Threads: one.
 */
final class Serving implements AutoCloseable {
    /** The register of edu that keeps what it is given. */
    static final int REGISTER = 4;

    private final Path socket;
    private final Vfio context = Vfio.create();
    private final VfioDevice model = context.openDevice(DeviceLocator.parse("model:edu"), OpenOptions.defaults());
    private final VfioUserServer server;

    /**
     * Listens at a path.
     *
     * @param around what is between the server and the model
     */
    Serving(Path socket, UnaryOperator<VfioDevice> around) {
        this.socket = socket;
        server = VfioUserServer.listen(around.apply(model), socket, ServerOptions.defaults(), ServerListener.NONE);
    }

    Path socket() {
        return socket;
    }

    @Override
    public void close() {
        server.close();
        model.close();
        context.close();
    }
}
