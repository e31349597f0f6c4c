// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.mlx.spec;

import java.util.Optional;

/**
 * The functions that speak mlx5, by their PCI device ids under vendor {@link #VENDOR}.
 *
 * <p>Threads: immutable.
 */
public enum MlxFunction {
    CONNECT_IB(0x1011, false, "Connect-IB"),
    CONNECT_IB_VF(0x1012, true, "Connect-IB VF"),
    CX4(0x1013, false, "ConnectX-4"),
    CX4_VF(0x1014, true, "ConnectX-4 VF"),
    CX4_LX(0x1015, false, "ConnectX-4 Lx"),
    CX4_LX_VF(0x1016, true, "ConnectX-4 Lx VF"),
    CX5(0x1017, false, "ConnectX-5"),
    CX5_VF(0x1018, true, "ConnectX-5 VF"),
    CX5_EX(0x1019, false, "ConnectX-5 Ex"),
    CX5_EX_VF(0x101a, true, "ConnectX-5 Ex VF"),
    CX6(0x101b, false, "ConnectX-6"),
    CX6_VF(0x101c, true, "ConnectX-6 VF"),
    CX6_DX(0x101d, false, "ConnectX-6 Dx"),
    GENERIC_VF(0x101e, true, "ConnectX family mlx5Gen VF"),
    CX6_LX(0x101f, false, "ConnectX-6 Lx"),
    CX7(0x1021, false, "ConnectX-7"),
    CX8(0x1023, false, "ConnectX-8"),
    CX9(0x1025, false, "ConnectX-9"),
    CX10(0x1027, false, "ConnectX-10"),
    CX10_C2C(0x2101, false, "ConnectX-10 NVLink-C2C"),
    BF1(0xa2d2, false, "BlueField integrated ConnectX-5"),
    BF1_VF(0xa2d3, true, "BlueField integrated ConnectX-5 VF"),
    BF2(0xa2d6, false, "BlueField-2 integrated ConnectX-6 Dx"),
    BF3(0xa2dc, false, "BlueField-3 integrated ConnectX-7"),
    BF4(0xa2df, false, "BlueField-4 integrated ConnectX-8");

    /** Mellanox, now NVIDIA. */
    public static final int VENDOR = 0x15b3;

    private final int device;
    private final boolean virtual;
    private final String product;

    MlxFunction(int device, boolean virtual, String product) {
        this.device = device;
        this.virtual = virtual;
        this.product = product;
    }

    /** The PCI device id. */
    public int device() {
        return device;
    }

    /** Whether it is a virtual function. */
    public boolean isVirtual() {
        return virtual;
    }

    /** What it is sold as. */
    public String product() {
        return product;
    }

    /** The function of a device id, if it speaks mlx5. */
    public static Optional<MlxFunction> of(int vendor, int device) {
        if (vendor == VENDOR) {
            for (MlxFunction function : values()) {
                if (function.device == device) {
                    return Optional.of(function);
                }
            }
        }
        return Optional.empty();
    }
}
