// SPDX-License-Identifier: Apache-2.0
/** What stands on top of a device: nobody may tell that it is there. */
package io.jvfio.tests.storeys;
