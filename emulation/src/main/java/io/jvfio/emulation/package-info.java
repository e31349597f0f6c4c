// SPDX-License-Identifier: Apache-2.0
/**
 * Device models in this process, and what a model is built from.
 *
 * <h2>How to write a model</h2>
 *
 * <p>A {@link io.jvfio.emulation.ModelProvider} names a kind of model and its options, and makes devices. A
 * {@link io.jvfio.emulation.DeviceModel} is how one device behaves. In {@code create} it says to its
 * {@link io.jvfio.emulation.ModelSetup} what it has, and keeps what it will need:
 *
 * <pre>{@code
 * AdderModel(ModelSetup setup) {
 *     setup.identity(PciIdentity.of(0x1234, 0x0add).withClass(0x00ff00).withExpress());
 *     setup.bar(0, 0x4000).wide().registers(this);           // RegisterPort or RegionOps: read and write
 *     interrupts = setup.interrupts(
 *             InterruptKinds.none().withPin().withMsix(MsixLayout.of(2, 0, 0x2000, 0x3000)));
 *     dma = setup.dma();
 *     worker = setup.worker();
 * }
 * }</pre>
 *
 * <ul>
 *   <li><b>Config space</b> is made from that: header, BAR sizing, ROM, MSI, MSI-X, and for a PCIe function power
 *       management and the PCIe capability with FLR. {@code identity} returns the
 *       {@link io.jvfio.pci.config.ConfigRules.Builder} for capabilities of the model's own.
 *   <li><b>Registers</b> are called on the client's threads, any number of them at a time, with offsets from the BAR's
 *       start that are checked: inside, aligned, 1, 2, 4 or 8 bytes. They change state and record work. They must not
 *       wait, move memory, or allocate. Offsets of the MSI-X table never arrive: the framework has it.
 *   <li><b>Memory that clients map</b> is {@link io.jvfio.emulation.BarSetup#memory}: a part of the BAR backed by a memfd,
 *       as a segment. Nobody tells the model of writes there; {@link io.jvfio.emulation.ModelWorker#polling} has it look.
 *   <li><b>Work</b>: {@code worker.wake()} in a register write has {@link io.jvfio.emulation.DeviceModel#run} called soon,
 *       on the device's one worker thread, or in a test's {@code step()}. {@code worker.wakeAt(time)} does so later, by the
 *       model's {@link io.jvfio.emulation.ModelClock}; never ask the system for the time. Runs and resets exclude each
 *       other; registers and runs do not, so guard what both use, and hold no lock while memory is moved.
 *   <li><b>DMA</b>: {@link io.jvfio.emulation.ModelDma#read} and {@code write} copy, all or nothing;
 *       {@link io.jvfio.emulation.ModelDma#pin} holds the memory for use in place. All work only while bus mastering is on
 *       and say what went wrong by a {@link io.jvfio.emulation.DmaStatus}; what is refused is kept as a fault by the
 *       address space.
 *   <li><b>Interrupts</b>: say what happens in the device, by {@code pin(high)} and {@code message(vector)}, and do not ask
 *       which kind is on. A message that is masked stays pending until it can go; the pin has a level, so lower it when the
 *       driver has acknowledged.
 *   <li><b>Reset</b>: config space, interrupts and MSI-X table are reset by the framework, by the client's reset and by FLR
 *       alike; {@link io.jvfio.emulation.DeviceModel#reset} does the rest. It lowers nothing and masks nothing.
 * </ul>
 *
 * <p>Register the provider in the module descriptor ({@code provides io.jvfio.emulation.ModelProvider with ...}) and in
 * {@code META-INF/services/io.jvfio.emulation.ModelProvider}. Then {@code Vfio.open("model:adder?key=value")} opens it, and
 * {@link io.jvfio.emulation.EmulatedDevice#open} does so for tests, with a clock that stands and work that is stepped.
 *
 * <p>What a system puts around every device, a bus or an IOMMU of its own, is a {@link io.jvfio.emulation.ModelWrapper}.
 */
package io.jvfio.emulation;
