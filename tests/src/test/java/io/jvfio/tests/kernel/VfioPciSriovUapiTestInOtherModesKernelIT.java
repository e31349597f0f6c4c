// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.kernel;

/** The cases with the other containers. */
@InTheOtherModes
final class VfioPciSriovUapiTestInOtherModesKernelIT extends VfioPciSriovUapiContract {}
