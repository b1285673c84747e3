package io.shardline.testkit.junit;

import io.shardline.testkit.KinesisEmulator;
import org.assertj.core.api.AbstractAssert;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;

/**
 * Assertions on an emulator.
 *
 * <p>Confined to one thread.
 */
public final class KinesisEmulatorAssert extends AbstractAssert<KinesisEmulatorAssert, KinesisEmulator> {

    KinesisEmulatorAssert(KinesisEmulator actual) {
        super(actual, KinesisEmulatorAssert.class);
    }

    /**
     * Goes on with what is stored in a stream now.
     *
     * @throws AssertionError if there is no such stream
     */
    public StreamAssert stream(String name) {
        isNotNull();
        return new StreamAssert(contents(name)).as(info.description());
    }

    private StreamContents contents(String name) {
        try {
            return StreamContents.of(actual, name);
        } catch (ResourceNotFoundException e) {
            throw failure("Expecting a stream '%s' but there is none of that name", name);
        }
    }
}
