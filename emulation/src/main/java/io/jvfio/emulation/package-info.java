// SPDX-License-Identifier: Apache-2.0
/** Device models in this process, and what a model is built from. */
package io.jvfio.emulation;
