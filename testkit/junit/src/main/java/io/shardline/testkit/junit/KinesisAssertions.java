package io.shardline.testkit.junit;

import io.shardline.testkit.KinesisEmulator;

/**
 * Where assertions on what is stored begin; to be imported statically beside AssertJ's own.
 *
 * <pre>{@code
 * assertThat(kinesis).stream("orders").userRecordsOf("alice").extracting(StoredUserRecord::text).containsExactly("1 book");
 * }</pre>
 *
 * <p>They look at what is stored now and never wait. Immutable.
 */
public final class KinesisAssertions {

    private KinesisAssertions() {}

    /** Assertions on an emulator. */
    public static KinesisEmulatorAssert assertThat(KinesisEmulator actual) {
        return new KinesisEmulatorAssert(actual);
    }

    /** Assertions on the emulator of a test. */
    public static KinesisEmulatorAssert assertThat(TestKinesis actual) {
        return new KinesisEmulatorAssert(actual.emulator());
    }
}
