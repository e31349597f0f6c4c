// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.Finding.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Registers of real devices, and what they mean. */
class TablesTest {
    private static final int PLACE = 0x40;
    private static final int EXTENDED_PLACE = 0x100;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            01 00 23 48 0b 01 00 00 | PMCap     | Version=3 PMEClk- ImmReadyD0- DSI+ AuxCurrent=0mA D1- D2- PME(D0)+ PME(D1)- PME(D2)- PME(D3hot)+ PME(D3cold)-
            01 00 23 48 0b 01 00 00 | PMStatus  | State=D3 NoSoftRst+ PME-Enable+ DSel=0 DScale=0 PME-
            02 00 30 00 17 02 00 1f 01 03 00 1f | AGPVersion | Minor=0 Major=3
            02 00 30 00 17 02 00 1f 01 03 00 1f | AGPStatus  | Rate=x1,x2,x4 AGP3- FW+ 64bit- HTrans- GART64- ITACoh- SBA+ Cal=0 ArqSz=0 Iso- RQ=32
            03 00 10 80 44 43 42 41 | VPDAddress | Address=0x0010 Flag+
            04 00 25 07             | ExpansionSlot | Slots=5 First+
            04 00 25 07             | Chassis   | Number=0x07
            05 00 86 01 00 00 e0 fe 00 00 00 00 22 40 00 00 01 00 00 00 02 00 00 00 | MSICtl  | Enable- Capable=8 Count=1 64bit+ Maskable+ ExtDataCap- ExtDataEn-
            05 00 86 01 00 00 e0 fe 00 00 00 00 22 40 00 00 01 00 00 00 02 00 00 00 | Address | Address=0x00000000fee00000
            05 00 86 01 00 00 e0 fe 00 00 00 00 22 40 00 00 01 00 00 00 02 00 00 00 | Pending | Vectors=0x00000002
            05 00 01 00 00 00 e0 fe 22 40 00 00 | Data      | Data=0x4022
            07 00 22 00 08 01 83 22 | PCIXCommand | DPERE- ERO+ RBC=512 OST=3
            07 00 22 00 08 01 83 22 | PCIXStatus  | Dev=01:01.0 64bit+ 133MHz+ SCD- USC- DC=simple DMMRBC=512 DMOST=12 DMCRS=8 RSCEM+ 266MHz- 533MHz-
            08 00 01 a8 00 00 e0 fe 00 00 00 00 | HTCommand | Enable+ Fixed- Type=MSI Mapping
            08 00 01 a8 00 00 e0 fe 00 00 00 00 | MappingAddress | Address=0x00000000fee00000
            08 00 60 00 20 00 11 11 d0 00 77 77 22 05 7f 80 0a | HTCommand | BaseUnitID=0 UnitCnt=3 MastHost- DefDir- DUL- Type=primary
            08 00 60 00 20 00 11 11 d0 00 77 77 22 05 7f 80 0a | LinkCfg0 | MLWI=16bit DwFcIn- MLWO=16bit DwFcOut- LWI=16bit DwFcInEn- LWO=16bit DwFcOutEn-
            08 00 60 00 20 00 11 11 d0 00 77 77 22 05 7f 80 0a | LinkFreq0 | Frequency=800MHz <Prot- <Ovfl- <EOC- CTLTm-
            08 00 02 20 00 00 00 00 22 06 00 00 00 00 | HTCommand | WarmRst- DblEnd+ DevNum=0 ChainSide- HostHide- Slave- <EOCErr- DUL- Type=secondary
            0a 00 a0 20             | DebugPort | Offset=0x00a0 BAR=1
            0d 00 00 00 86 80 01 00 | SubsystemVendorID | ID=0x8086
            11 00 3f 80 03 20 00 00 03 30 00 00 | MSIXCtl | Count=64 Masked- Enable+
            11 00 3f 80 03 20 00 00 03 30 00 00 | PBA     | BAR=3 Offset=0x00003000
            12 00 10 00 48 00 00 00 | SATARegs  | BAR=BAR4 Offset=0x0010
            13 00 06 03 00 01       | AFCap     | TP+ FLR+
            13 00 06 03 00 01       | AFStatus  | TP+
            14 00 01 00 02 00 ff 80 00 00 00 f0 ff ff 0f 00 | Entry0 | EntrySize=2 Indicator=BAR0 Primary=memory Secondary=unavailable Writable- Enable+
            14 00 01 00 02 00 ff 80 00 00 00 f0 ff ff 0f 00 | Entry0Base | 64bit- Address=0xf0000000
            """)
    void a_standard_capability(String bytes, String register, String text) {
        ConfigContents contents =
                new ImageBuilder(256).list(PLACE).hex(PLACE, bytes).decode();

        assertThat(contents.findings()).isEmpty();
        assertThat(contents.capabilities())
                .singleElement()
                .satisfies(capability ->
                        assertThat(capability.register(register).text()).isEqualTo(text));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            04 00 01 00 02 00 00 00 4b c1 00 00 01 00 00 00 | Data     | BasePower=75 Scale=0.1W PMSubState=0 PMState=D2 Type=Auxiliary Rail=12V
            05 00 01 00 02 01 07 03 00 00 00 00 00 00 00 00 03 00 05 04 00 00 00 00 00 80 0d 00 00 00 00 00 | Desc | EltType=Internal NumLinks=1 ComponentID=0x07 PortNumber=0x03
            05 00 01 00 02 01 07 03 00 00 00 00 00 00 00 00 03 00 05 04 00 00 00 00 00 80 0d 00 00 00 00 00 | Link0Desc | LinkValid+ LinkType=Config AssocRCRB- TargetComponent=0x05 TargetPort=0x04
            07 00 02 00 04 00 00 00 00 01 05 00 | RCECBuses    | Next=0x01 Last=0x05
            08 00 01 00 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00 ff 00 00 80 00 00 00 00 | VC0Ctl | TC/VC=0xff LoadTable- ArbSelect=Fixed ID=0 Enable+
            0b 00 01 00 40 00 c1 04 | VSECHeader   | ID=0x0040 Rev=1 Length=0x4c
            0d 00 01 00 5f 00 1d 00 | ACSCtl       | SrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans- IOReqBlk- DSPMemTgt=0 USPMemTgt=0 UnclaimedRedir-
            0e 00 01 00 00 01 00 00 | ARICap       | MFVC- ACS- NextFunction=1
            0f 00 01 00 20 00 01 80 | ATSCtl       | SmallestTranslationUnit=0x01 MemAttr- Enable+
            10 00 01 00 04 00 00 00 10 00 00 00 04 00 04 00 00 00 00 00 20 00 01 00 00 00 a5 50 53 05 00 00 01 00 00 00 0c 00 00 f8 ff 01 00 00 0c c0 00 18 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | VFBAR0 | I/O- Type=64-bit Prefetchable+ Address=0x000001fff8000000
            10 00 01 00 04 00 00 00 10 00 00 00 04 00 04 00 00 00 00 00 20 00 01 00 00 00 a5 50 53 05 00 00 01 00 00 00 0c 00 00 f8 ff 01 00 00 0c c0 00 18 00 02 00 00 00 00 00 00 00 00 00 00 00 00 00 00 | VFBAR2 | I/O- Type=64-bit Prefetchable+ Address=0x000002001800c000
            12 00 01 00 3f 01 00 80 06 00 00 00 01 00 00 00 | McastCap | MaxGroups=64 WindowSz=1 ECRCRegen-
            12 00 01 00 3f 01 00 80 06 10 00 00 01 00 00 00 | McastBAR | IndexPos=6 BaseAddr=0x0000000100001000
            13 00 01 00 01 00 00 81 20 00 00 00 08 00 00 00 | PRISta | RF- UPRGI- Stopped+ PASID+
            15 00 01 00 00 03 00 00 24 04 00 00 | Cap0         | Sizes=16MB,32MB
            15 00 01 00 00 03 00 00 24 04 00 00 | Ctrl0        | BAR=4 Count=1 Size=16MB MoreSizes=none
            16 00 01 00 01 11 80 ff 00 00 00 00 00 01 00 00 20 1f | DPACap | SubstateMax=1 LatencyUnit=10ms PowerScale=1W Latency0=128 Latency1=255
            16 00 01 00 01 11 80 ff 00 00 00 00 00 01 00 00 20 1f | Substate1 | Power=31
            17 00 01 00 00 03 01 00 00 01 00 00 07 00 09 00 | TPHCap | NoST- IntVector- DeviceSpecific- ExtRequester+ STLocation=capability STSize=2
            17 00 01 00 00 03 01 00 00 01 00 00 07 00 09 00 | ST1  | Tag=0x0009
            18 00 01 00 01 10 0a 04 | MaxSnoop     | Latency=1048576ns
            18 00 01 00 01 10 0a 04 | MaxNoSnoop   | Latency=320ns
            1b 00 01 00 06 14 01 00 | PASIDCap     | Exec+ Priv+ Translated- MaxWidth=0x14
            1d 00 01 00 e0 14 09 00 07 01 00 01 | DpcCap | IntMsgNum=0 RPExt+ PoisonedTLP+ SwTrigger+ RPPIOLog=4 DL_ActiveErr+
            1e 00 01 00 1f 0a 28 00 00 00 01 60 28 00 00 00 | L1SubCap | PCI-PM_L1.2+ PCI-PM_L1.1+ ASPM_L1.2+ ASPM_L1.1+ L1_PM_Substates+ LinkActivation- PortCommonModeRestoreTime=10us PortTPowerOnScale=2us PortTPowerOnValue=5
            1e 00 01 00 1f 0a 28 00 00 00 01 60 28 00 00 00 | L1SubCtl1 | PCI-PM_L1.2- PCI-PM_L1.1- ASPM_L1.2- ASPM_L1.1- LinkActivationInt- LinkActivationCtl- T_CommonMode=0us LTR1.2_ThresholdValue=1 LTR1.2_ThresholdScale=32768ns
            1f 00 01 00 15 04 00 00 03 ff 00 00 | PTMControl   | Enabled+ RootSelected+ EffectiveGranularity=>254ns
            25 00 01 00 01 00 00 80 01 00 00 80 | DLFCap       | ScaledFlowControl+ ImmediateReadiness- ExtendedVCs=0 L0pExitLatency=0 OtherLocal=0x0 Exchange+
            26 00 01 00 00 00 00 00 00 00 00 00 0f 00 00 00 | Phy16Sta | EquComplete+ EquPhase1+ EquPhase2+ EquPhase3+ LinkEquRequest-
            27 00 01 00 00 00 01 00 38 9c 00 00 | Lane0Ctl     | Receiver=0 Type=7 Usage- Payload=0x9c
            2a 00 01 00 00 01 00 00 00 00 00 00 0f 00 00 00 | Phy32Cap | EqualizationBypass- NoEqualizationNeeded- ModTsMode0+ ModTsMode1- ModTsMode2-
            2e 00 01 00 15 00 00 00 02 00 00 00 04 00 00 80 | DOECap | IntSup+ IntMsgNum=10 AttentionMech- AsyncMsg-
            2e 00 01 00 15 00 00 00 02 00 00 00 04 00 00 80 | DOESta | Busy- IntSta- Error+ AsyncMsg- AtAttention- ObjectReady+
            2f 00 01 00 0f 0c 00 00 93 01 00 00 18 00 00 00 | DevCap3 | DMWrRequestRouting+ 14BitTagCompleter+ 14BitTagRequester+ L0p+ PortL0pExitLatency=<1us RetimerL0pExitLatency=<1us UIOMemRdWrCompleter+ UIOMemRdWrRequester+
            2f 00 01 00 0f 0c 00 00 93 01 00 00 18 00 00 00 | DevCtl3 | DMWrRequester+ DMWrEgressBlocking+ 14BitTagRequester- L0p- TargetLinkWidth=x2 UIOMemRdWrRequester+ UIORequest256BBoundaryDis+
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | IDECap | LinkIDE- SelectiveIDE+ FlowThru- PartHdr- Aggr- PCRC- IDE_KM+ SelCfg- Alg=AES-GCM-256-96b TCs=8 Streams=1 TeeLim+
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | SelectiveIDE0Ctl | En+ NPR=- PR=- CPL=- PCRC- CFG- HdrEnc=no Alg=AES-GCM-256-96b TC=0 Default- TeeLim- ID=7
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | SelectiveIDE0Sta | State=secure RecvChkFail+
            31 00 01 00 00 00 00 00 00 00 00 00 21 00 00 00 | Phy64Sta | EquComplete+ EquPhase1- EquPhase2- EquPhase3- LinkEquRequest- TxPrecodeOn+ TxPrecodeReq- NoEqualizationNeededRecv-
            32 00 01 00 01 00 00 00 | FlitErrLog1  | 0x00000001
            03 00 01 00 07 00 00 ff ff 00 54 52 | SerialNumber | Number=52-54-00-ff-ff-00-00-07
            """)
    void an_extended_capability(String bytes, String register, String text) {
        ConfigContents contents =
                ImageBuilder.express(1).hex(EXTENDED_PLACE, bytes).decode();

        assertThat(contents.findings()).isEmpty();
        assertThat(contents.capabilities().getLast().register(register).text()).isEqualTo(text);
    }

    @Test
    void every_id_up_to_the_last_known_one_has_a_name() {
        for (int id = 0; id <= 0x15; id++) {
            assertThat(Layouts.of(new CapabilityHeader(false, id, 0, PLACE)).title())
                    .as("%x", id)
                    .isNotEqualTo("unknown capability");
        }
        for (int id = 1; id <= 0x3a; id++) {
            // 0x14 belongs to a vendor.
            assertThat(Layouts.of(new CapabilityHeader(true, id, 1, EXTENDED_PLACE))
                            .title()
                            .equals("unknown capability"))
                    .as("%x", id)
                    .isEqualTo(id == 0x14);
        }
    }

    @Test
    void what_is_not_decoded_is_shown_as_bytes_up_to_the_next_capability() {
        ConfigContents contents = new ImageBuilder(256)
                .list(0x40)
                .hex(0x40, "0c 60 11 22 33 00 44")
                .hex(0x60, "99 00 01")
                .decode();

        assertThat(contents.capabilities()).extracting(Capability::name).containsExactly("HotPlug", "0x99");
        assertThat(contents.capabilities().getFirst().raw().text()).isEqualTo("11 22 33 00 44");
        assertThat(contents.capabilities().getFirst().raw().offset()).isEqualTo(0x42);
        assertThat(contents.findings()).isEmpty();
    }

    @Test
    void virtio_has_its_own_registers_in_the_vendors_capability() {
        ImageBuilder bytes = new ImageBuilder(256)
                .list(0x40)
                .hex(0x40, "09 00 14 02 04 00 00 00 00 30 00 00 00 10 00 00 04 00 00 00");

        assertThat(bytes.decode().capabilities().getFirst().raw().text()).startsWith("02 04 00");
        Capability virtio = bytes.put(0, 2, 0x1af4).decode().capabilities().getFirst();
        assertThat(virtio.register("VirtioType").text()).isEqualTo("Type=Notify");
        assertThat(virtio.register("VirtioOffset").text()).isEqualTo("Offset=0x00003000");
        assertThat(virtio.register("VirtioNotify").text()).isEqualTo("Multiplier=0x00000004");
    }

    @Test
    void a_cxl_device_is_taken_apart_as_far_as_its_length_goes() {
        ImageBuilder bytes =
                ImageBuilder.express(1).hex(0x100, "23 00 01 00 98 1e 81 03 00 00 1f 40 02 00 00 40 00 00 02 80");

        Capability cxl = bytes.decode().capabilities().getLast();

        assertThat(cxl.size()).isEqualTo(0x38);
        assertThat(cxl.register("CXLCap").text())
                .startsWith("Cache+ IO+ Mem+ MemHWInit+ HDMCount=1")
                .contains("Viral+");
        assertThat(cxl.register("CXLSta2").text())
                .contains("ResetComplete+ ResetError-")
                .contains("PMComplete+");
        assertThat(cxl.find("Range2BaseLow")).isPresent();
        assertThat(cxl.find("CXLCap3")).isEmpty();
    }

    @Test
    void an_unknown_dvsec_is_shown_raw() {
        Capability other = ImageBuilder.express(1)
                .hex(0x100, "23 00 01 00 86 80 01 01 07 00 aa bb cc dd ee ff")
                .decode()
                .capabilities()
                .getLast();

        assertThat(other.register("DVSECHeader1").text()).isEqualTo("Vendor=0x8086 Rev=1 Length=0x10");
        assertThat(other.raw().text()).isEqualTo("aa bb cc dd ee ff");
    }

    @Test
    void lanes_are_as_many_as_the_link_has() {
        assertThat(ImageBuilder.express(4)
                        .put(0x100, 4, 0x10019)
                        .decode()
                        .capabilities()
                        .getLast()
                        .registers())
                .extracting(RegisterValue::name)
                .containsExactly("LnkCtl3", "LaneErrStat", "Lane0", "Lane1", "Lane2", "Lane3");
    }

    @Test
    void a_root_port_has_more_error_registers() {
        ImageBuilder bytes = ImageBuilder.express(1).put(0x100, 4, 0x20001);

        assertThat(bytes.decode().capabilities().getLast().find("RootCmd")).isEmpty();
        assertThat(bytes.put(0x42, 2, 0x42).decode().capabilities().getLast().find("RootCmd"))
                .isPresent();
    }

    @Test
    void a_capability_at_the_end_is_cut_and_said_to_be() {
        ConfigContents contents =
                new ImageBuilder(256).list(0xf8).hex(0xf8, "05 00 80 00").decode();

        assertThat(contents.capabilities().getFirst().registers())
                .extracting(RegisterValue::name)
                .containsExactly("MSICtl");
        assertThat(contents.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.TRUNCATED);
            assertThat(finding.offset()).isEqualTo(0xf8);
        });
    }

    @Test
    void capabilities_that_claim_the_same_bytes_are_a_finding() {
        ConfigContents contents = new ImageBuilder(256)
                .list(0x40)
                .hex(0x40, "11 44 00 00")
                .hex(0x44, "01 00 03 00")
                .decode();

        assertThat(contents.capabilities()).hasSize(2);
        assertThat(contents.findings()).singleElement().satisfies(finding -> {
            assertThat(finding.kind()).isEqualTo(Kind.OVERLAP);
            assertThat(finding.message()).isEqualTo("PM starts inside MSI-X, which ends at 0x4b");
        });
    }

    @Test
    void a_length_that_cannot_be_is_a_finding() {
        assertThat(ImageBuilder.express(1)
                        .hex(0x100, "0b 00 01 00 01 00 00 00")
                        .decode()
                        .findings())
                .extracting(Finding::kind)
                .containsExactly(Kind.IMPLAUSIBLE);
        assertThat(ImageBuilder.express(1)
                        .hex(0x100, "0b 00 01 f0")
                        .hex(0xf00, "0b 00 01 00 01 00 f0 ff")
                        .decode()
                        .findings())
                .extracting(Finding::kind)
                .contains(Kind.TRUNCATED);
    }
}
