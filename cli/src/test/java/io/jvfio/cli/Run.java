// SPDX-License-Identifier: Apache-2.0
package io.jvfio.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.Vfio;
import io.jvfio.binding.KernelDrivers;
import io.jvfio.cli.command.Environment;
import io.jvfio.cli.command.Interruption;
import io.jvfio.cli.command.OtherJars;
import io.jvfio.device.OpenOptions;
import io.jvfio.device.VfioDevice;
import io.jvfio.host.PciIds;
import io.jvfio.pci.PciDevice;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import picocli.CommandLine;

/** Runs commands in this process on a made-up host. */
public final class Run {
    static final PciIds NAMES = names();

    final Path root;
    public final Map<String, String> variables = new HashMap<>();
    public final FakeHost host;
    final Interruption interruption = new Interruption();
    public boolean terminal;
    public BiFunction<String, OpenOptions, PciDevice> opener = (locator, options) -> {
        throw new AssertionError("nothing is to be opened, but " + locator + " is");
    };

    private volatile StringWriter writing = new StringWriter();

    public int code;
    public String out = "";
    public String err = "";

    public Run(Path root) {
        this.root = root;
        this.host = new FakeHost(root);
    }

    /** Any locator opens this device. */
    public void device(Vfio vfio, VfioDevice device) {
        opener = (locator, options) -> vfio.pci(device, locator);
    }

    public int execute(String... args) {
        StringWriter outText = new StringWriter();
        writing = outText;
        StringWriter errText = new StringWriter();
        CommandLine command = Jvfio.commandLine(environment(new PrintWriter(outText)), args);
        command.setErr(new PrintWriter(errText));
        int code = command.execute(args);
        out = outText.toString();
        err = errText.toString();
        if (List.of(args).contains("--json")) {
            out.lines().filter(line -> !terminal && line.startsWith("{")).forEach(Run::compareWithPage);
        }
        return code;
    }

    Environment environment() {
        return environment(new PrintWriter(new StringWriter()));
    }

    private Environment environment(PrintWriter results) {
        return new Environment(
                host.host(),
                KernelDrivers.of(root, variables),
                () -> NAMES,
                OtherJars.of(variables),
                (locator, options, providers) -> opener.apply(locator, options),
                results,
                terminal,
                interruption);
    }

    /** An object that a command has printed is as docs/json.md says. */
    private static void compareWithPage(String line) {
        Map<String, Object> object = new HashMap<>();
        ParsedJson.object(line).forEach((key, value) -> object.put(key.toString(), value));
        boolean event = object.containsKey("event");
        Object schema = event ? object.get("schema") : object.remove("schema");
        Object name = event ? "serve and export" : object.remove("command");
        assertThat(schema).isEqualTo(1L);
        String part = object.containsKey("error") ? "error" : String.valueOf(name);
        assertThat(JsonPage.read().differences(part, object)).as(line).isEmpty();
    }

    /** What a command that runs on another thread has printed so far. */
    public String progress() {
        return writing.toString();
    }

    public Map<?, ?> json() {
        return ParsedJson.object(out);
    }

    private static PciIds names() {
        try {
            return PciIds.read(new StringReader("""
                    1234  A vendor
                    \t11e8  Educational Device
                    C ff  Unassigned class
                    """));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
