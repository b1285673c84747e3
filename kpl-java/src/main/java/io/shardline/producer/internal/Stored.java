package io.shardline.producer.internal;

import java.time.Duration;

/**
 * Where and when an entry of a request was stored; the same for all its records.
 *
 * <p>Immutable.
 *
 * @param roundTrip from sending to {@code answeredAt}
 */
record Stored(String shardId, String sequenceNumber, long answeredAt, Duration roundTrip) {}
