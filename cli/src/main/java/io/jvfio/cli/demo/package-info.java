// SPDX-License-Identifier: Apache-2.0
/** {@code jvfio demo}: drives a device step by step, a model if there is none. */
package io.jvfio.cli.demo;
