# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# The guest's kernel: a given one, or Debian's newest source built with kernel.fragment.

kernel=""          # the bzImage
kernel_modules=""  # an archive that holds VERSION/ with its modules

# Sets kernel and kernel_modules.
prepare_kernel() {
    if [ -n "${JVFIO_GUEST_KERNEL:-}" ]; then
        kernel=$JVFIO_GUEST_KERNEL
        local name
        name=$(basename -- "$kernel")
        kernel_modules=$(dirname -- "$kernel")/modules-${name#bzImage-}.tar.xz
        [ -r "$kernel" ] || die "JVFIO_GUEST_KERNEL: cannot read $kernel"
        [ -r "$kernel_modules" ] || die "JVFIO_GUEST_KERNEL: its modules are missing: $kernel_modules"
        return
    fi
    die "set JVFIO_GUEST_KERNEL"
}
