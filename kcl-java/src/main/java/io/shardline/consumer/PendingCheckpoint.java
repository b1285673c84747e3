package io.shardline.consumer;

import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;

/**
 * The first half of a two-phase checkpoint, written by KCL's {@code prepareCheckpoint}: where the application was about to
 * checkpoint, and the state that it stored for the next handler.
 *
 * <p>It stays in the lease table until the checkpoint moves. The records after the checkpoint come all the same; the
 * application decides what the state means for them. Immutable.
 *
 * @param sequenceNumber as it was written: a decimal number, or a word such as {@code SHARD_END}
 * @param subSequenceNumber the index in an aggregated record, or 0
 * @param state what the application stored, or null
 */
public record PendingCheckpoint(
        String sequenceNumber,
        long subSequenceNumber,
        @Nullable SdkBytes state) {}
