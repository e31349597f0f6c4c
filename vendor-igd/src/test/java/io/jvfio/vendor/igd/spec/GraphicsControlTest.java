// SPDX-License-Identifier: Apache-2.0
package io.jvfio.vendor.igd.spec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GraphicsControlTest {
    private static final long MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({
        "GEN6,0x0208,2,32,2048",
        "GEN7,0x0110,1,64,1024",
        "GEN6,0x0300,-1,0,-1",
        "GEN8,0x02c1,8,64,4096",
        "GEN9,0xf1c1,8,8,4096",
        "GEN9,0xf000,0,4,0",
        "GEN12,0x0240,2,64,1024",
        "GEN11,0x0180,4,32,2048",
        "CHERRYVIEW,0x0288,4,8,2048",
        "CHERRYVIEW,0x03b8,8,36,4096",
        "CHERRYVIEW,0x0008,0,32,0",
        "METEOR_LAKE,0x04c0,8,128,4096",
        "METEOR_LAKE,0x0580,-1,-1,-1",
        "METEOR_LAKE,0xfec0,8,60,4096",
        "GEN5,0x0030,-1,8,-1",
        "GEN5,0x00e0,-1,-1,-1",
        "UNKNOWN,0xffff,-1,-1,-1"
    })
    void sizes_depend_on_the_generation(IgdGeneration generation, String value, long gtt, long stolen, long reach) {
        GraphicsControl control = new GraphicsControl(generation, Integer.decode(value));

        assertThat(control.gttBytes()).isEqualTo(gtt < 0 ? -1 : gtt * MIB);
        assertThat(control.stolenBytes()).isEqualTo(stolen < 0 ? -1 : stolen * MIB);
        assertThat(control.addressable()).isEqualTo(reach < 0 ? -1 : reach * MIB);
    }

    @ParameterizedTest
    @CsvSource({"0,false,false", "1,true,false", "2,false,true", "3,true,true"})
    void two_bits_lock_and_hide_VGA(int value, boolean locked, boolean hidden) {
        GraphicsControl control = new GraphicsControl(IgdGeneration.GEN9, value);

        assertThat(control.locked()).isEqualTo(locked);
        assertThat(control.vgaDisabled()).isEqualTo(hidden);
    }

    @ParameterizedTest
    @CsvSource({
        "0x0102,GEN6,0x5c,4,4",
        "0x0162,GEN6,0x5c,4,4",
        "0x0412,GEN7,0x5c,4,4",
        "0x1616,GEN8,0x5c,4,8",
        "0x22b0,CHERRYVIEW,0x5c,4,8",
        "0x1912,GEN9,0x5c,4,8",
        "0x5a84,GEN9,0x5c,4,8",
        "0x8a52,GEN11,0xc0,8,8",
        "0x9a49,GEN12,0xc0,8,8",
        "0x7d45,METEOR_LAKE,0xc0,8,8",
        "0x1234,UNKNOWN,0x5c,4,4"
    })
    void a_device_id_tells_the_generation(String id, IgdGeneration generation, String bdsm, int width, int pte) {
        IgdGeneration found = IgdGeneration.of(Integer.decode(id));

        assertThat(found).isEqualTo(generation);
        assertThat(found.bdsm()).isEqualTo(Integer.decode(bdsm));
        assertThat(found.bdsmWidth()).isEqualTo(width);
        assertThat(found.pteSize()).isEqualTo(pte);
    }

    @ParameterizedTest
    @CsvSource({"0x8ba00001,0x8ba00000,true", "0x4c0800000,0x4c0800000,false", "0x000fffff,0,true"})
    void the_base_of_stolen_memory_is_a_multiple_of_1_MiB(String value, String address, boolean locked) {
        StolenBase base = new StolenBase(Long.decode(value));

        assertThat(base.address()).isEqualTo(Long.decode(address));
        assertThat(base.locked()).isEqualTo(locked);
    }
}
