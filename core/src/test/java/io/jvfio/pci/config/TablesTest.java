// SPDX-License-Identifier: Apache-2.0
package io.jvfio.pci.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jvfio.pci.config.ConfigFinding.Kind;
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
            01 00 23 48 0b 01 40 00 | PMBridge  | B2_B3=B2 BPCC-
            01 00 23 48 0b 01 80 00 | PMBridge  | B2_B3=B3 BPCC+
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
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBCap | RID+ MEMLow+ MEMHigh+ NumSecDev=2 RIDVectorSize=8K MEMLowVectorSize=1K MEMHighVectorSize=2K
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBRIDCtl1 | En+ Granularity=256 Start=0x0010
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBRIDCtl2 | SecondaryStart=0x0108
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBMEMLowCtl | En+ Granularity=2MB Start=0x80000000
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBMEMHighCtl1 | En+ Granularity=1GB StartLower=0x20000000
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBMEMHighCtl2 | StartUpper=0x00000001
            15 00 00 00 0f 05 02 03 51 00 10 00 08 01 00 00 11 00 00 80 21 00 00 20 01 00 00 00 05 80 00 00 78 56 34 12 | FPBAccessCtl | Offset=0x05 Vector=MEM High
            06 00 58 | HSCSR | DHA- EIM- PIE- LOO+ PI=1 EXT+ INS-
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
            04 00 01 00 02 00 00 00 4b c1 00 00 01 00 00 00 | Data     | BasePower=75 Scale=0.1W PMSubState=0 PMState=D2 Type=Auxiliary Rail=12V TimesTen- ConnectorNumber=0 ConnectorType=0 Extended-
            04 00 01 00 02 00 25 00 4b c1 f0 93 3f 00 00 00 | Data     | BasePower=75 Scale=0.1W PMSubState=0 PMState=D2 Type=Auxiliary Rail=48V TimesTen+ ConnectorNumber=7 ConnectorType=9 Extended+
            04 00 01 00 02 00 27 00 4b c1 00 00 5f 00 00 00 | PBCtl    | Extended+ Limit+ LimitPMSubState=1 OutOfBandLimit+ OutOfBandPMSubState=0
            04 00 01 00 02 00 27 00 4b c1 00 00 5f 00 00 00 | PBCap    | SystemAllocated+ Extended+ SenseDetect+ Limit+ PowerDisable=main power PowerLoss=notified
            05 00 01 00 02 01 07 03 00 00 00 00 00 00 00 00 03 00 05 04 00 00 00 00 00 80 0d 00 00 00 00 00 | Desc | EltType=Internal NumLinks=1 ComponentID=0x07 PortNumber=0x03
            05 00 01 00 02 01 07 03 00 00 00 00 00 00 00 00 03 00 05 04 00 00 00 00 00 80 0d 00 00 00 00 00 | Link0Desc | LinkValid+ LinkType=Config AssocRCRB- TargetComponent=0x05 TargetPort=0x04
            07 00 02 00 04 00 00 00 00 01 05 00 | RCECBuses    | Next=0x01 Last=0x05
            08 00 01 00 00 00 00 00 01 00 00 00 00 00 00 00 01 00 00 00 ff 00 00 80 00 00 00 00 | VC0Ctl | TC/VC=0xff LoadTable- ArbSelect=Fixed ID=0 UsageLimit=0% UsageLimitEn- Enable+
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
            2f 00 01 00 0f 0c 00 00 93 01 00 00 18 00 00 00 | DevCap3 | DMWrRequestRouting+ 14BitTagCompleter+ 14BitTagRequester+ L0p+ PortL0pExitLatency=<1us RetimerL0pExitLatency=<1us UIOMemRdWrCompleter+ UIOMemRdWrRequester+ OHC-E=0
            2f 00 01 00 0f 0c 00 00 93 01 00 00 18 00 00 00 | DevCtl3 | DMWrRequester+ DMWrEgressBlocking+ 14BitTagRequester- L0p- TargetLinkWidth=x2 UIOMemRdWrRequester+ UIORequest256BBoundaryDis+
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | IDECap | LinkIDE- SelectiveIDE+ FlowThru- PartHdr- Aggr- PCRC- IDE_KM+ SelCfg- Alg=AES-GCM-256-96b TCs=8 Streams=1 TeeLim+
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | SelectiveIDE0Ctl | En+ NPR=- PR=- CPL=- PCRC- CFG- HdrEnc=no Alg=AES-GCM-256-96b TC=0 Default- TeeLim- ID=7
            30 00 01 00 42 e0 00 01 00 00 00 00 01 00 00 00 01 00 00 07 02 00 00 80 | SelectiveIDE0Sta | State=secure RecvChkFail+
            31 00 01 00 00 00 00 00 00 00 00 00 21 00 00 00 | Phy64Sta | EquComplete+ EquPhase1- EquPhase2- EquPhase3- LinkEquRequest- TxPrecodeOn+ TxPrecodeReq- NoEqualizationNeededRecv-
            0a 00 01 00 86 80 34 12 01 00 00 00 01 00 00 00 | DeviceID | ID=0x1234
            0a 00 01 00 86 80 34 12 01 00 00 00 01 00 00 00 | RCRBCtl  | RRSVisible+
            1a 00 01 00 02 0c 00 00 01 02 00 00 02 01 00 00 34 12 78 56 22 11 44 33 | PMUXCap | Protocols=2 2.5GT/s- 5.0GT/s- 8.0GT/s+ 16.0GT/s+
            1a 00 01 00 02 0c 00 00 01 02 00 00 02 01 00 00 34 12 78 56 22 11 44 33 | PMUXCtl | Channel0=1 Channel1=2 Channel2=0 Channel3=0
            1a 00 01 00 02 0c 00 00 01 02 00 00 02 01 00 00 34 12 78 56 22 11 44 33 | PMUXSta | Channel0Speed- Channel0Width+ Channel0Protocol- Channel1Speed+ Channel1Width- Channel1Protocol- Channel2Speed- Channel2Width- Channel2Protocol- Channel3Speed- Channel3Width- Channel3Protocol-
            1a 00 01 00 02 0c 00 00 01 02 00 00 02 01 00 00 34 12 78 56 22 11 44 33 | PMUXProtocol2 | Protocol=0x1122 Authority=0x3344
            1c 00 01 00 03 05 03 04 | LNRCap | LNR-64+ LNR-128+ RegistrationMax=32
            1c 00 01 00 03 05 03 04 | LNRCtl | En+ CLS=128 bytes RegistrationLimit=16
            21 00 01 00 20 00 03 00 03 00 01 00 08 01 13 00 | FRSCap   | MaxDepth=32 IntMsgNum=3
            21 00 01 00 20 00 03 00 03 00 01 00 08 01 13 00 | FRSSta   | Received+ Overflow+
            21 00 01 00 20 00 03 00 03 00 01 00 08 01 13 00 | FRSQueue | Function=01:01.0 Reason=3 Depth=1
            22 00 01 00 1e 1a c0 80 1e aa 80 00 | RTR1 | ResetTime=1006632960ns DL_UpTime=[3073] Valid+
            22 00 01 00 1e 1a c0 80 1e aa 80 00 | RTR2 | FLRTime=1006632960ns D3hotToD0Time=10485760ns
            28 00 01 00 08 01 00 b0 2a 00 34 12 01 02 00 00 78 56 34 12 | HierarchyIDSta  | MsgRequester=01:01.0 Writeable+ VFConfigurable+ Pending- Valid+
            28 00 01 00 08 01 00 b0 2a 00 34 12 01 02 00 00 78 56 34 12 | HierarchyIDData | Authority=0x2a HierarchyID=0x1234
            28 00 01 00 08 01 00 b0 2a 00 34 12 01 02 00 00 78 56 34 12 | GUID1 | GUID=0x0201
            28 00 01 00 08 01 00 b0 2a 00 34 12 01 02 00 00 78 56 34 12 | GUID2 | GUID=0x12345678
            29 00 01 00 ff 0f 00 80 11 00 00 00 01 00 00 42 | NPEMCap | Capable+ Reset+ OK+ Locate+ Fail+ Rebuild+ PFA+ HotSpare+ CriticalArray+ FailedArray+ InvalidDevice+ Disabled+ Enclosure=0x80
            29 00 01 00 ff 0f 00 80 11 00 00 00 01 00 00 42 | NPEMCtl | En+ Reset- OK- Locate- Fail+ Rebuild- PFA- HotSpare- CriticalArray- FailedArray- InvalidDevice- Disabled- Enclosure=0x00
            29 00 01 00 ff 0f 00 80 11 00 00 00 01 00 00 42 | NPEMSta | CmdCompleted+ Enclosure=0x42
            2b 00 01 00 21 01 00 00 01 01 00 00 22 00 98 1e 56 34 12 00 05 00 00 00 01 00 00 00 | APCap   | Count=33 SelectiveEnable+
            2b 00 01 00 21 01 00 00 01 01 00 00 22 00 98 1e 56 34 12 00 05 00 00 00 01 00 00 00 | APCtl   | Index=1 NegotiationEn+
            2b 00 01 00 21 01 00 00 01 01 00 00 22 00 98 1e 56 34 12 00 05 00 00 00 01 00 00 00 | APData1 | Usage=2 Details=0x001 VendorID=0x1e98
            2b 00 01 00 21 01 00 00 01 01 00 00 22 00 98 1e 56 34 12 00 05 00 00 00 01 00 00 00 | APData2 | ModTsInfo2=0x123456
            2b 00 01 00 21 01 00 00 01 01 00 00 22 00 98 1e 56 34 12 00 05 00 00 00 01 00 00 00 | APMask1 | Protocols=0x00000001
            2c 00 01 00 01 00 65 01 3d 00 00 00 00 00 10 00 | SFICap | OOBPD+
            2c 00 01 00 01 00 65 01 3d 00 00 00 00 00 10 00 | SFICtl | PDMask+ DLLMask- OOBPDChangedEn+ DLLChangedEn- DPF=configuration requests HPSSuppress+ DRSMask- DRSSignalingEn+ DRSTrigger-
            2c 00 01 00 01 00 65 01 3d 00 00 00 00 00 10 00 | SFISta | PDState+ OOBPDState- OOBPDChanged+ DLLState+ DLLChanged+ DRSReceived+
            2c 00 01 00 01 00 65 01 3d 00 00 00 00 00 10 00 | SFICAMAddr | Address=0x0100000
            2d 00 01 00 01 00 00 00 01 00 00 00 08 00 00 00 10 00 00 00 | ShadowCap | Functions=2
            2d 00 01 00 01 00 00 00 01 00 00 00 08 00 00 00 10 00 00 00 | ShadowCtl | En+
            2d 00 01 00 01 00 00 00 01 00 00 00 08 00 00 00 10 00 00 00 | Shadow1   | Offset=0x0010
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FlitErrLog1 | Valid+ LinkWidth=x16 FlitOffset=1 Consecutive=0x05 MoreEntries+ UnrecognizedFlit+ FECUncorrectable+ SyndParityGrp0=0x34 SyndCheckGrp0=0x12
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FlitErrLog2 | SyndParityGrp1=0x78 SyndCheckGrp1=0x56 SyndParityGrp2=0xbc SyndCheckGrp2=0x9a
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FlitErrCntCtl | En+ IntEn+ Events=correctable flits TriggerCount=2
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FlitErrCntSta | LinkWidth=x8 IntGenerated+ Errors=42
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FBERMeasCtl | En+ ClearCounters- Granularity=odd LongestBurst-
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FBERMeasSta2 | InvalidFlits=3
            32 00 01 00 19 e5 34 12 78 56 bc 9a 27 00 0b 2a 09 00 00 00 10 00 00 00 03 00 00 00 07 00 09 00 | FBERLane1 | Errors=9
            33 00 01 00 03 08 00 00 a3 48 01 22 06 02 00 00 0e 03 00 00 82 00 04 00 | FlitPerfCap | IntMsgNum=3 LTSSMRegisters=2
            33 00 01 00 03 08 00 00 a3 48 01 22 06 02 00 00 0e 03 00 00 82 00 04 00 | FlitPerfCtl | En+ FlitToAck+ FlitToNak- NakToReplay- FlitType=any Instances=2 IntDelay=100ns L0ToRecovery+ L0pUpsize- L1.0ToL0+ L1.1ToL0- L1.2ToL0- LTSSMInstances=0 LTSSMIntDelay=12.8ms L1SubIntDelay=4s
            33 00 01 00 03 08 00 00 a3 48 01 22 06 02 00 00 0e 03 00 00 82 00 04 00 | FlitPerfSta | Status=completed Tracked=1 IntGenerated- Counter=2
            33 00 01 00 03 08 00 00 a3 48 01 22 06 02 00 00 0e 03 00 00 82 00 04 00 | LTSSMPerfSta1 | Status=completed Tracked=0 IntGenerated+ Counter=1024
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiCtl1 | En+ Tx+ Rx- 2.5GT/s- 5.0GT/s- 8.0GT/s- 16.0GT/s- 32.0GT/s- 64.0GT/s+ Errors=5 Spacing=1 FlitType=payload
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiCtl2 | Consecutive=2 Type=correctable in one group Offset=1 Magnitude=0x01
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiSta | Tx=completed Rx=started
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiOsCtl1 | En+ Tx- Rx+ Errors=2 Spacing=2 TS0+ TS1- TS2- SKP- EIEOS+ EIOS- SDS- Poll- Conf- L0- NoEq- Eq01- Eq2- Eq3+
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiOsCtl2 | Bytes=0x0001 Lanes=0x8003
            34 00 01 00 00 00 00 00 03 01 25 40 2a 10 00 00 06 00 00 00 15 02 11 20 01 00 03 80 09 00 00 08 06 00 00 04 | FlitEiOsTx | TS0=started TS1=completed TS2=not started SKP=not started EIEOS=not started EIOS=not started SDS=not started Poll=not started Conf=not started L0=not started NoEq=not started Eq01=not started Eq2=not started Eq3=completed
            35 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 ff 00 00 80 00 00 00 00 00 32 00 00 02 02 00 e8 02 00 00 00 | SVCSta | UseVC/MFVC+
            35 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 ff 00 00 80 00 00 00 00 00 32 00 00 02 02 00 e8 02 00 00 00 | VC1Cap | Protocols=UIO ID=3
            35 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 ff 00 00 80 00 00 00 00 00 32 00 00 02 02 00 e8 02 00 00 00 | VC1Ctl | TC/VC=0x02 Protocol=UIO UsageLimit=62.5% UsageLimitEn+ Enable+
            35 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 ff 00 00 80 00 00 00 00 00 32 00 00 02 02 00 e8 02 00 00 00 | VC1Sta | NegoPending+
            36 00 01 00 18 00 00 00 00 01 01 00 00 00 00 00 02 ff 02 00 01 00 00 00 | MRBLCap  | Length=0x18
            36 00 01 00 18 00 00 00 00 01 01 00 00 00 00 00 02 ff 02 00 01 00 00 00 | Locator0 | BIR=BAR0 ID=MCAP Offset=0x0000000000010000
            36 00 01 00 18 00 00 00 00 01 01 00 00 00 00 00 02 ff 02 00 01 00 00 00 | Locator1 | BIR=BAR2 ID=MDVS Offset=0x0000000100020000
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
            assertThat(CapabilityTables.of(new CapabilityHeader(false, id, 0, PLACE))
                            .title())
                    .as("%x", id)
                    .isNotEqualTo("unknown capability");
        }
        for (int id = 1; id <= 0x3a; id++) {
            // 0x14 belongs to a vendor.
            assertThat(CapabilityTables.of(new CapabilityHeader(true, id, 1, EXTENDED_PLACE))
                            .title()
                            .equals("unknown capability"))
                    .as("%x", id)
                    .isEqualTo(id == 0x14);
        }
    }

    @Test
    void blocks_that_no_locator_fits_into_are_a_finding() {
        assertThat(ImageBuilder.express(1)
                        .hex(EXTENDED_PLACE, "36 00 01 00 08 00 00 00")
                        .decode()
                        .findings())
                .extracting(ConfigFinding::kind)
                .containsExactly(Kind.IMPLAUSIBLE);
        assertThat(ImageBuilder.express(1)
                        .hex(EXTENDED_PLACE, "33 00 01 00 00 1c 00 00")
                        .decode()
                        .findings())
                .extracting(ConfigFinding::message)
                .containsExactly("7 registers for LTSSM transitions, of which there are 5");
    }

    /** Reading the one asks a device below; reading the other takes a word out of a mailbox. */
    @Test
    void registers_that_do_something_when_read_are_not() {
        Capability firmware = ImageBuilder.express(1)
                .hex(EXTENDED_PLACE, "2c 00 01 00")
                .decode()
                .capabilities()
                .getLast();
        Capability mailbox = ImageBuilder.express(1)
                .hex(EXTENDED_PLACE, "2e 00 01 00")
                .decode()
                .capabilities()
                .getLast();

        assertThat(firmware.size()).isEqualTo(0x14);
        assertThat(firmware.registers()).extracting(RegisterValue::offset).allMatch(offset -> offset < 0x110);
        assertThat(mailbox.size()).isEqualTo(0x18);
        assertThat(mailbox.registers()).extracting(RegisterValue::offset).allMatch(offset -> offset < 0x110);
    }

    @Test
    void a_cardbus_bridge_has_windows_and_a_longer_header() {
        ConfigContents contents = new ImageBuilder(256)
                .put(0x0e, 1, 2)
                .hex(0x10, "00 20 40 fc")
                .hex(0x18, "1c 1d 20 b0 00 00 00 c0 00 f0 ff c3")
                .hex(0x2c, "01 30 00 00 fd 30 00 00")
                .hex(0x3c, "0b 01 00 05 cf 10 3d 14 01 e0")
                .decode();

        assertThat(contents.findings()).isEmpty();
        assertThat(contents.register("BAR0").text()).endsWith("Address=0xfc402000");
        assertThat(contents.register("SecondaryBus").text()).isEqualTo("Bus=0x1d");
        assertThat(contents.register("MemoryBase0").text()).isEqualTo("Address=0xc0000000");
        assertThat(contents.register("MemoryLimit0").text()).isEqualTo("Address=0xc3ffffff");
        assertThat(contents.register("IOBase0").text()).isEqualTo("32bit+ Address=0x00003000");
        assertThat(contents.register("IOLimit0").text()).isEqualTo("Address=0x000030ff");
        assertThat(contents.register("BridgeCtl").text()).endsWith("Pref0+ Pref1- PostWrite+");
        assertThat(contents.register("SubsystemID").text()).isEqualTo("ID=0x143d");
        assertThat(contents.register("LegacyBase").text()).isEqualTo("Address=0xe000");
    }

    /** What stands there may be anything: a host bridge's own, or the first bytes again. */
    @Test
    void extended_capabilities_need_one_of_pcie_or_pci_x() {
        ImageBuilder bytes =
                new ImageBuilder(4096).list(PLACE).hex(PLACE, "01 00 03 00").hex(EXTENDED_PLACE, "01 00 01 00");

        assertThat(bytes.decode().capabilities()).extracting(Capability::name).containsExactly("PM");
        assertThat(bytes.hex(PLACE, "07 00").decode().capabilities())
                .extracting(Capability::name)
                .containsExactly("PCI-X", "AER");
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
                .extracting(ConfigFinding::kind)
                .containsExactly(Kind.IMPLAUSIBLE);
        assertThat(ImageBuilder.express(1)
                        .hex(0x100, "0b 00 01 f0")
                        .hex(0xf00, "0b 00 01 00 01 00 f0 ff")
                        .decode()
                        .findings())
                .extracting(ConfigFinding::kind)
                .contains(Kind.TRUNCATED);
    }
}
