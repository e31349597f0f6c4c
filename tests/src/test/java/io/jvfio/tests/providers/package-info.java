// SPDX-License-Identifier: Apache-2.0
/** Carriers and models of others, on class paths of their own. */
package io.jvfio.tests.providers;
