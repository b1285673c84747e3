package io.shardline.producer.internal;

import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;

/**
 * Sees from the outside whether one request at a time tries again while credentials have expired. Confined to the simulation's
 * thread.
 */
final class TryWitness {

    /** Longer than a failure takes from the client to the loop, and a request from the loop to the client. */
    private static final Duration HEARD_OF = Duration.ofMillis(200);

    private final ProducerWorld world;
    private final Duration requestTimeout;

    /** When credentials were first seen to have expired; null while they are good as far as is known. */
    private @Nullable Long expiredSince;

    TryWitness(ProducerWorld world, Duration requestTimeout) {
        this.world = world;
        this.requestTimeout = requestTimeout;
        world.client.ended = this::ended;
    }

    /** To be told of each request before it is sent. */
    void sent() {
        Long since = expiredSince;
        if (since != null && world.time.nowNanos() - since > HEARD_OF.toNanos()) {
            long heardOf = since + HEARD_OF.toNanos();
            List<PutRecordsRequest> tries = world.client.inFlight(requestTimeout).stream()
                    .filter(request -> world.client.startedAt(request) > heardOf)
                    .toList();
            Invariant.ONE_TRY_AT_A_TIME.check(tries.isEmpty(), tries.size() + " more are in flight");
        }
    }

    private void ended(@Nullable Throwable failure) {
        boolean isExpired = failure != null && ServiceErrors.code(failure).startsWith("ExpiredToken");
        if (!isExpired) {
            expiredSince = null;
        } else if (expiredSince == null) {
            expiredSince = world.time.nowNanos();
        }
    }
}
