// SPDX-License-Identifier: Apache-2.0
/** Tests that join modules. All of them are under {@code src/test}. */
package io.jvfio.tests;
