// SPDX-License-Identifier: Apache-2.0
/** Where a program starts: opening a device by its locator, the addresses that name devices, and how failures are told. */
package io.jvfio;
