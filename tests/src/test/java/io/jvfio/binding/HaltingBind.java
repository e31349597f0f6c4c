// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.internal.sys.SystemCalls;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * Binds or releases a function, and halts this process in the middle: nothing is closed, undone or written any more, as
 * after {@code kill -9}.
 *
 * <p>{@code HaltingBind bind 0000:00:06.0 4} halts after the fourth effect, and ends with 0 if there are fewer.
 */
public final class HaltingBind {
    /** How it ends when it is halted. */
    public static final int HALTED = 99;

    private HaltingBind() {}

    /** Changes and halts this process. */
    public static void main(String[] args) {
        change(
                args[0],
                PciAddress.parse(args[1]),
                Integer.parseInt(args[2]),
                () -> Runtime.getRuntime().halt(HALTED));
    }

    /**
     * Changes a function, and is interrupted by an error that nobody expects.
     *
     * @param effects after how many effects
     * @return whether it came through before
     */
    public static boolean throwing(String change, PciAddress address, int effects) {
        try {
            change(change, address, effects, () -> {
                throw new Stop();
            });
            return true;
        } catch (Stop stop) {
            return false;
        }
    }

    private static void change(String change, PciAddress address, int count, Runnable halt) {
        Effects effects = new Halting(new LinuxEffects(Path.of("/"), SystemCalls.linux()), count, halt);
        KernelDrivers drivers = new KernelDrivers(() -> new LiveHost(Path.of("/"), Map.of()), () -> effects);
        if (change.equals("bind")) {
            drivers.bind(address, BindRequest.auto().withGeneric(), BindOptions.defaults());
        } else {
            drivers.release(address, BindOptions.defaults());
        }
    }

    private static final class Stop extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Halts after so many effects. */
    private static final class Halting implements Effects {
        private final Effects effects;
        private final Runnable halt;
        private int left;

        Halting(Effects effects, int left, Runnable halt) {
            this.effects = effects;
            this.left = left;
            this.halt = halt;
        }

        private void done() {
            if (--left == 0) {
                halt.run();
            }
        }

        @Override
        public int write(String attribute, String text, Duration patience) {
            int result = effects.write(attribute, text, patience);
            done();
            return result;
        }

        @Override
        public String load(String module, Duration patience) {
            String result = effects.load(module, patience);
            done();
            return result;
        }

        @Override
        public void store(String path, String text) throws IOException {
            effects.store(path, text);
            done();
        }

        @Override
        public void remove(String path) throws IOException {
            effects.remove(path);
            done();
        }

        @Override
        public void link(String path, String target) throws IOException {
            effects.link(path, target);
            done();
        }

        @Override
        public Lock lock(String path) throws IOException {
            return effects.lock(path);
        }

        @Override
        public boolean mayOpen(String path) {
            return effects.mayOpen(path);
        }

        @Override
        public boolean pause(Duration time) {
            return effects.pause(time);
        }

        @Override
        public long nanos() {
            return effects.nanos();
        }
    }
}
