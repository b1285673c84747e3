package io.shardline.producer.internal;

import io.shardline.runtime.internal.Backoff;
import java.time.Duration;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The waits after requests that failed for a reason that all requests of a stream, or of a producer, have in common: until one
 * gets through, one at a time tries.
 *
 * <p>Confined to the loop.
 */
final class RequestBackoff {

    static final Backoff BACKOFF = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));

    private final RandomGenerator random;

    private int failures;

    /** When the last failure that counts was sent, and when it was heard of. */
    private long failedSentAt = -1;

    private long failedAt = -1;

    /** When the youngest request was sent that got through. */
    private long passedSentAt = -1;

    private long notBefore;
    private @Nullable PutRequest trying;

    RequestBackoff(RandomGenerator random) {
        this.random = random;
    }

    /** Whether a request may be sent now. */
    boolean permits(long now) {
        return failures == 0 || (trying == null && now >= notBefore);
    }

    /** When to ask again after {@link #permits} said no. While a request tries its luck its answer comes first. */
    long nextTryAt() {
        return trying == null ? notBefore : Ticks.NEVER;
    }

    /** To be told of each request. */
    void sent(PutRequest request) {
        if (failures > 0) {
            trying = request;
        }
    }

    /**
     * The reason is still there. Requests that were under way together count once, and not if one of them got through. Returns
     * whether it counts.
     */
    boolean failed(PutRequest request, long now) {
        endTry(request);
        if (request.startedAt() < failedAt || request.startedAt() <= passedSentAt) {
            return false;
        }
        failures++;
        failedSentAt = request.startedAt();
        failedAt = now;
        notBefore = now + BACKOFF.delayNanos(failures, random);
        return true;
    }

    /** The reason is not there, whatever else became of the request. */
    void passed(PutRequest request) {
        endTry(request);
        passedSentAt = Math.max(passedSentAt, request.startedAt());
        if (request.startedAt() >= failedSentAt) {
            failures = 0;
        }
    }

    /** Nothing is known: a try counts as failed, so that the next one waits. */
    void lost(PutRequest request, long now) {
        if (request == trying) {
            failed(request, now);
        }
    }

    /** Something threw: a request that is not there any more tries nothing. */
    void recover(Set<PutRequest> inFlight, long now) {
        if (trying != null && !inFlight.contains(trying)) {
            lost(trying, now);
        }
    }

    private void endTry(PutRequest request) {
        if (request == trying) {
            trying = null;
        }
    }
}
