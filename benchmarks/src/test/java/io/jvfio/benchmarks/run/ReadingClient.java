// SPDX-License-Identifier: Apache-2.0
package io.jvfio.benchmarks.run;

import io.jvfio.benchmarks.nvme.ReadRun;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Stands in for a client of others: reads with jvfio's driver, and says so as SPDK's does, or in one line. */
final class ReadingClient {
    private ReadingClient() {}

    /** How the words of the command are. */
    static String command(String format) {
        return "'" + ProcessHandle.current().info().command().orElse("java")
                + "' --enable-native-access=ALL-UNNAMED -cp '" + System.getProperty("java.class.path") + "' "
                + ReadingClient.class.getName() + " {socket} {folder} {depth} {seconds} " + format;
    }

    public static void main(String... arguments) {
        List<String> words = List.of(arguments);
        if (!words.get(0).equals(words.get(1) + "/cntrl")) {
            throw new IllegalArgumentException("another folder than the socket's: " + words);
        }
        PrintStream out = System.out;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        ReadRun.main("vfio-user:" + words.get(0), words.get(2), "0", "0", words.get(3));
        List<String> figures =
                List.of(said.toString(StandardCharsets.UTF_8).strip().split(" ", -1));
        if (words.get(4).equals("spdk")) {
            double rate = Double.parseDouble(figures.get(0));
            out.println(spdk(rate, Double.parseDouble(figures.get(1))));
        } else {
            out.println("Reading.");
            out.println(String.join(" ", figures));
        }
    }

    /** The text of spdk_nvme_perf -L with one namespace. */
    static String spdk(double rate, double p99) {
        String line = "========================================================\n";
        String figures = String.format(
                Locale.ROOT, "%10.2f %10.2f %10.2f %10.2f %10.2f%n", rate, rate / 256, 1e6 / rate, 9.87, 4321.0);
        return "Initializing NVMe Controllers\n" + line
                + "                                                   Latency(us)\n"
                + "Device Information                     :       IOPS      MiB/s    Average        min        max\n"
                + "VFIOUSER (/run/spdk) NSID 1 from core  0: " + figures + line
                + "Total                                  : " + figures
                + "\nSummary latency data for VFIOUSER (/run/spdk) NSID 1                from core 0:\n" + line
                + "  1.00000% :    10.404us\n 50.00000% :    17.280us\n 98.00000% :    40.000us\n"
                + String.format(Locale.ROOT, "%9.5f%% : %9.3fus%n", 99.0, p99)
                + " 99.50000% :    91.000us\n 99.90000% :   191.000us\n";
    }
}
