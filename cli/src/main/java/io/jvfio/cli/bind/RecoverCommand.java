// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli.bind;

import io.jvfio.PciAddress;
import io.jvfio.binding.BindOptions;
import io.jvfio.binding.BindingException;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.Subcommand;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code jvfio recover}. */
@Command(
        name = "recover",
        description = "Takes back each bind and release that was begun and not finished: all is as it was before.")
public final class RecoverCommand extends Subcommand {
    @Mixin
    private final ChangeOptions how = new ChangeOptions();

    /** For picocli. */
    RecoverCommand() {}

    private record Recovered(PciAddress address, String state) {}

    @Override
    public Integer call() {
        KernelDrivers drivers = environment().drivers();
        BindOptions options = BindOptions.defaults().withPatience(how.patience(this));
        List<PciAddress> unfinished = drivers.unfinished();
        if (how.dryRun()) {
            how.print(
                    this,
                    unfinished.stream()
                            .map(address -> "# unfinished: " + address)
                            .toList());
            return 0;
        }
        List<Recovered> recovered = new ArrayList<>();
        @Nullable BindingException failure = null;
        for (PciAddress address : unfinished) {
            try {
                recovered.add(new Recovered(
                        address, drivers.recover(address, options).orElse("nothing to take back any more")));
            } catch (BindingException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        print(recovered);
        if (failure != null) {
            throw failure;
        }
        return 0;
    }

    private void print(List<Recovered> recovered) {
        if (json()) {
            printJson(json -> {
                json.objects("recovered", recovered, (item, one) -> {
                    item.text("address", one.address().toString());
                    item.text("state", one.state());
                });
            });
            return;
        }
        if (recovered.isEmpty()) {
            out().println("nothing to recover");
        }
        recovered.forEach(one -> out().println(one.address() + ": " + one.state()));
    }
}
