// SPDX-License-Identifier: Apache-2.0
/** Programs that the guides quote; each runs on its own. */
package io.jvfio.examples;
