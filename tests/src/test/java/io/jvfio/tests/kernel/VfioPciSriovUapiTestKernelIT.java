// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

/** The cases by group and by cdev: the token is checked where the device is opened. */
@InBothInterfaces
final class VfioPciSriovUapiTestKernelIT extends VfioPciSriovUapiContract {}
