package io.shardline.producer.internal;

import java.time.Duration;

/**
 * Where and when an entry of a request was stored; the same for all its records.
 *
 * <p>Immutable.
 *
 * @param knownAt when it was known to count: with the answer, or behind a listing that the answer needed
 * @param roundTrip from sending to {@code knownAt}
 */
record Stored(String shardId, String sequenceNumber, long knownAt, Duration roundTrip) {}
