// SPDX-License-Identifier: Apache-2.0
package io.jvfio.binding;

import io.jvfio.PciAddress;
import io.jvfio.binding.DeviceSnapshot.GroupMember;
import io.jvfio.binding.ModuleFacts.State;
import io.jvfio.variant.Modalias;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Devices and catalogues made by hand. */
final class Fixtures {
    static final PciAddress ADDRESS = PciAddress.parse("0000:3b:00.2");
    static final PciAddress PHYSICAL = PciAddress.parse("0000:3b:00.0");

    static final String CONNECTX_VF = "pci:v000015B3d0000101Esv000015B3sd00000083bc02sc00i00";
    static final String CONNECTX_PF = "pci:v000015B3d0000101Dsv000015B3sd00000083bc02sc00i00";
    static final String NVME = "pci:v0000144Dd0000A80Asv0000144Dsd0000A801bc01sc08i02";
    static final String ISM = "pci:v00001014d000004EDsv00001014sd00000000bcFFsc00i00";
    static final String VIRTIO_NET = "pci:v00001AF4d00001041sv00001AF4sd00001100bc02sc00i00";
    static final String ACME_CLASS = "pci:v0000ABCDd00000002sv00000000sd00000000bc02sc00i00";
    static final String ACME_TIE = "pci:v0000ABCDd00000001sv00000000sd00000000bc02sc00i00";
    static final String BATTLEMAGE = "pci:v00008086d0000E20Bsv00008086sd00001100bc03sc00i00";

    /** The drivers of Linux 7.3. */
    static final List<String> MAINLINE = List.of(
            "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci",
            "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci",
            "alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci",
            "alias vfio_pci:v00001AF4d00001042sv*sd*bc*sc*i* virtio_vfio_pci",
            "alias vfio_pci:v00001014d000004EDsv*sd*bc*sc*i* ism_vfio_pci",
            "alias vfio_pci:v00001DD8d00001003sv*sd*bc*sc*i* pds_vfio_pci",
            "alias vfio_pci:v00008086d0000E20Bsv*sd*bc*sc*i* xe_vfio_pci",
            "alias vfio_pci:v000010DEd00002342sv*sd*bc*sc*i* nvgrace_gpu_vfio_pci",
            "alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core");

    /** Those of the fact sheet, with invented ones of other trees. */
    static final List<String> SHEET = List.of(
            "alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci",
            "alias vfio_pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_vfio_pci",
            "alias vfio_pci:v00001AF4d00001041sv*sd*bc*sc*i* virtio_vfio_pci",
            "alias vfio_pci:v00001014d000004EDsv*sd*bc*sc*i* ism_vfio_pci",
            "alias vfio_pci:v0000ABCDd00000002sv*sd*bc*sc*i* acme_a",
            "alias vfio_pci:v*d*sv*sd*bc02sc00i* acme_cls",
            "alias vfio_pci:v*d*sv*sd*bc01sc08i02* acme_nvme",
            "alias pci:v000015B3d0000101Esv*sd*bc*sc*i* mlx5_core");

    private Fixtures() {}

    /** A function on a host driver, in a group, with nothing that speaks against a change. */
    static DeviceSnapshot device(String modalias) {
        return device(modalias, "hostdrv", null, false);
    }

    static DeviceSnapshot device(String modalias, @Nullable String driver, @Nullable String override, boolean vfio) {
        return device(modalias, driver, override, vfio, List.of());
    }

    static DeviceSnapshot device(
            String modalias, @Nullable String driver, @Nullable String override, boolean vfio, List<Hazard> hazards) {
        boolean virtual = modalias.equals(CONNECTX_VF);
        return new DeviceSnapshot(
                ADDRESS,
                Modalias.parse(modalias),
                0,
                driver,
                override,
                vfio,
                41,
                false,
                0,
                virtual ? PHYSICAL : null,
                virtual ? "mlx5_vfio_pci" : null,
                virtual,
                List.<GroupMember>of(),
                hazards);
    }

    /** All modules can be loaded, and none is; vfio-pci is there. */
    static Catalogue catalogue(List<String> lines) {
        return new Kernel(lines).catalogue();
    }

    static Decision choose(String modalias, List<String> lines) {
        return choose(device(modalias), catalogue(lines), BindRequest.auto());
    }

    static Decision choose(DeviceSnapshot device, Catalogue catalogue, BindRequest request) {
        return BindingChoice.choose(device, catalogue, new BindingPolicy(), request);
    }

    /** A kernel with modules. */
    static final class Kernel {
        private final List<ModuleAlias> aliases = new ArrayList<>();
        private final Map<String, ModuleFacts> modules = new TreeMap<>();
        private final Map<String, String> drivers = new HashMap<>();
        private final List<String> order = new ArrayList<>();
        private String problem = "";

        Kernel(List<String> lines) {
            lines.stream().map(ModuleAlias::ofLine).filter(Objects::nonNull).forEach(aliases::add);
            Catalogue.modulesOf(aliases).forEach(name -> state(name, State.LOADABLE));
            state("vfio_pci", State.LOADED, "vfio-pci");
        }

        Kernel builtin(String entry) {
            ModuleAlias alias = Objects.requireNonNull(ModuleAlias.ofBuiltin(entry));
            aliases.add(alias);
            return state(alias.module(), State.BUILT_IN, alias.module());
        }

        Kernel state(String module, State state, String... names) {
            String file = state == State.BUILT_IN ? "" : "kernel/" + module + ".ko.xz";
            modules.put(module, new ModuleFacts(module, state, file, "", List.of(names)));
            for (String driver : names) {
                drivers.put(driver, module);
            }
            return this;
        }

        Kernel driver(String driver, String module) {
            drivers.put(driver, module);
            return this;
        }

        Kernel without(String module) {
            modules.remove(module);
            drivers.values().removeIf(module::equals);
            return this;
        }

        Kernel order(String... names) {
            order.addAll(List.of(names));
            return this;
        }

        Kernel unavailable() {
            problem = "no modules of the running kernel are below /lib/modules";
            aliases.clear();
            return this;
        }

        Catalogue catalogue() {
            return new Catalogue("7.3.4", problem, aliases, modules, drivers, order, "", List.of());
        }
    }
}
