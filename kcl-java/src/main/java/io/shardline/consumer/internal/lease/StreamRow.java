package io.shardline.consumer.internal.lease;

import io.shardline.consumer.StartingPosition;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an application must remember of its stream: which one it was, and where the reading began.
 *
 * <p>Written once, by whoever comes first. Immutable.
 *
 * @param streamName its name
 * @param created when the service created it; another time means another stream of the same name
 * @param from the starting position that the first worker was configured with
 * @param startAt for all but TRIM_HORIZON the time to start from
 */
public record StreamRow(
        String streamName,
        Instant created,
        StartingPosition.Kind from,
        @Nullable Instant startAt) {}
