// SPDX-License-Identifier: Apache-2.0
package io.jvfio.driver.nvme.spec;

import io.jvfio.mmio.Word16;
import io.jvfio.mmio.Word32;
import io.jvfio.mmio.Word64;
import io.jvfio.mmio.Word8;

/**
 * Log pages (5.14.1) and their fields.
 *
 * <p>Threads: constants.
 */
public final class LogPage {
    /** Errors, the newest first: an array of {@link #ERROR_SIZE} bytes each. */
    public static final int ERRORS = 0x01;

    /** SMART and health, {@link #SMART_SIZE} bytes. */
    public static final int SMART = 0x02;

    /** Firmware slots, {@link #FIRMWARE_SIZE} bytes. */
    public static final int FIRMWARE_SLOTS = 0x03;

    /** The numbers of namespaces that changed, as a list of identify; reading it clears it. */
    public static final int CHANGED_NAMESPACES = 0x04;

    /** Commands and their effects, 4096 bytes. */
    public static final int EFFECTS = 0x05;

    /** The size of an entry of {@link #ERRORS} in bytes. */
    public static final int ERROR_SIZE = 64;

    /** Of an entry of {@link #ERRORS}: how many errors there were up to this one; 0 if the entry is free. */
    public static final Word64 ERROR_COUNT = Word64.at(0);

    /** Of an entry of {@link #ERRORS}. */
    public static final Word16 ERROR_SQID = Word16.at(8);

    /** Of an entry of {@link #ERRORS}. */
    public static final Word16 ERROR_CID = Word16.at(10);

    /** Of an entry of {@link #ERRORS}: as {@link CompletionEntry#STATUS_WORD}. */
    public static final Word16 ERROR_STATUS = Word16.at(12);

    /** Of an entry of {@link #ERRORS}: byte and bit of the command. */
    public static final Word16 ERROR_LOCATION = Word16.at(14);

    /** Of an entry of {@link #ERRORS}. */
    public static final Word64 ERROR_LBA = Word64.at(16);

    /** Of an entry of {@link #ERRORS}. */
    public static final Word32 ERROR_NSID = Word32.at(24);

    /** The size of {@link #SMART} in bytes. */
    public static final int SMART_SIZE = 512;

    /** Of {@link #SMART}: a bit for each critical warning. */
    public static final Word8 CRITICAL_WARNING = Word8.at(0);

    /** Of {@link #SMART}: kelvins. */
    public static final Word16 TEMPERATURE = Word16.at(1);

    /** Of {@link #SMART}: per cent. */
    public static final Word8 AVAILABLE_SPARE = Word8.at(3);

    /** Of {@link #SMART}: per cent. */
    public static final Word8 SPARE_THRESHOLD = Word8.at(4);

    /** Of {@link #SMART}: per cent; more than 100 is possible. */
    public static final Word8 PERCENTAGE_USED = Word8.at(5);

    /** Of {@link #SMART}: thousands of 512 bytes; the lower half. */
    public static final Word64 DATA_READ = Word64.at(32);

    /** Of {@link #SMART}: thousands of 512 bytes; the lower half. */
    public static final Word64 DATA_WRITTEN = Word64.at(48);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 READ_COMMANDS = Word64.at(64);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 WRITE_COMMANDS = Word64.at(80);

    /** Of {@link #SMART}: minutes; the lower half. */
    public static final Word64 BUSY_TIME = Word64.at(96);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 POWER_CYCLES = Word64.at(112);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 POWER_ON_HOURS = Word64.at(128);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 UNSAFE_SHUTDOWNS = Word64.at(144);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 MEDIA_ERRORS = Word64.at(160);

    /** Of {@link #SMART}: the lower half. */
    public static final Word64 ERROR_ENTRIES = Word64.at(176);

    /** The size of {@link #FIRMWARE_SLOTS} in bytes. */
    public static final int FIRMWARE_SIZE = 512;

    /** Of {@link #FIRMWARE_SLOTS}: the active slot in bits 2:0. */
    public static final Word8 ACTIVE_FIRMWARE = Word8.at(0);

    /** Of {@link #FIRMWARE_SLOTS}: the revision in slot 1. */
    public static final Text FIRMWARE_1 = Text.at(8, 8);

    private LogPage() {}
}
