// SPDX-License-Identifier: Apache-2.0
package io.jvfio.tests.architecture.violations.internal.sys;

public interface SystemCalls {}
