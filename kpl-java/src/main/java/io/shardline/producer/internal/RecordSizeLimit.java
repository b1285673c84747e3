package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.ProducerEvent;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * The largest record that a stream takes, for records larger than every stream takes.
 *
 * <p>Looked up when there is such a record for the first time, and then with each new shard map: nobody else needs the
 * permission, and the account's quota of DescribeStreamSummary, 20 a second, would not do for a fleet that starts. Confined to
 * the loop.
 */
final class RecordSizeLimit {

    /** What every stream takes, by the UpdateMaxRecordSize reference. */
    static final int OF_EVERY_STREAM = 1024 * 1024;

    /** So long a look-up is good for a no, and no other is made: the quota is the whole account's. */
    static final long SPACING_NANOS = Duration.ofSeconds(10).toNanos();

    private static final int UNKNOWN = Integer.MAX_VALUE;
    private static final Logger log = Logs.of(RecordSizeLimit.class);

    private final String stream;
    private final LoopContext context;
    private int limit = UNKNOWN;
    private boolean running;
    private long goodUntil = Long.MIN_VALUE;

    /** Why nobody may know; null if that has not turned out. */
    private @Nullable ServiceFailure denial;

    RecordSizeLimit(String stream, LoopContext context) {
        this.stream = stream;
        this.context = context;
    }

    /** Whether to send a record of that size: unless the stream was seen just now not to take it, the service decides. */
    boolean takes(int size) {
        if (size <= OF_EVERY_STREAM) {
            return true;
        }
        if (size <= limit) {
            if (limit == UNKNOWN) {
                lookUp();
            }
            return true;
        }
        boolean isOld = context.ticks().now() >= goodUntil;
        lookUp(); // it may have been raised
        return isOld && denial == null;
    }

    /** Why {@link #takes} said no. */
    String rule() {
        return "the stream takes at most " + limit + " bytes, data and partition key together"
                + (denial == null
                        ? " (its MaxRecordSizeInKiB)"
                        : ", as far as is known: DescribeStreamSummary failed with " + denial.code()
                                + "; allow it, or set maxRecordSize");
    }

    /** The stream has been looked at. */
    void mapArrived() {
        if (limit != UNKNOWN) {
            lookUp();
        }
    }

    /** The stream is gone; another one of its name may take something else. */
    void forget() {
        goodUntil = Long.MIN_VALUE;
        limit = UNKNOWN;
        denial = null;
    }

    private void lookUp() {
        if (!running && context.ticks().now() >= goodUntil) {
            running = true;
            context.summary()
                    .maxRecordSize(stream)
                    .whenComplete((bytes, thrown) -> context.loop().run(() -> lookedUp(bytes, thrown)));
        }
    }

    private void lookedUp(@Nullable Integer bytes, @Nullable Throwable thrown) {
        running = false;
        goodUntil = context.ticks().now() + SPACING_NANOS;
        if (bytes != null) {
            limit = bytes;
            denial = null;
        } else if (thrown != null) {
            failed(ServiceFailure.of(thrown));
        }
    }

    private void failed(ServiceFailure failure) {
        boolean forGood = RetryClassifier.ofListing(failure) instanceof Verdict.Permanent permanent
                && permanent.reason() != FailureReason.STREAM_NOT_FOUND;
        if (forGood && denial == null) {
            denial = failure;
            limit = context.settings().untoldRecordSize();
            log.warn(
                    "the largest record is not known stream={} assumed={} code={} message={}",
                    stream,
                    limit,
                    failure.code(),
                    failure.message());
            int assumed = limit;
            context.outcomes()
                    .happened(() ->
                            new ProducerEvent.RecordSizeNotKnown(stream, assumed, failure.code(), failure.message()));
        }
    }
}
