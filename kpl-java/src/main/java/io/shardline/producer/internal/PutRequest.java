package io.shardline.producer.internal;

import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * One PutRecords request, from the choice of its loads to its answer.
 *
 * <p>An I/O thread claims it before it sends it, and the loop withdraws it before it gives up a request that was not sent: one of
 * the two gets it. Confined to the loop, except the claim and what it sends, which is fixed when it is made.
 */
final class PutRequest {

    private static final long UNSENT = -1;
    private static final long OVER = -2;

    private final StreamLanes stream;
    private final List<LaneLoad> loads;
    private final long startedAt;

    /** When the I/O thread took it to send it; or not yet; or over, and then it must not be sent any more. */
    private final AtomicLong sentAt = new AtomicLong(UNSENT);

    private EventLoop.@Nullable Timer watch;

    PutRequest(StreamLanes stream, List<LaneLoad> loads, long startedAt) {
        this.stream = stream;
        this.loads = List.copyOf(loads);
        this.startedAt = startedAt;
    }

    StreamLanes stream() {
        return stream;
    }

    List<LaneLoad> loads() {
        return loads;
    }

    long startedAt() {
        return startedAt;
    }

    int entryCount() {
        return loads.stream().mapToInt(load -> load.entries().size()).sum();
    }

    /** Whether it has an aggregate that may straddle shards. */
    boolean isMixed() {
        return loads.stream().anyMatch(LaneLoad::isMixed);
    }

    /** To be called by the I/O thread before it sends; if false, it must not. */
    boolean claim(long now) {
        return sentAt.compareAndSet(UNSENT, now);
    }

    /** When it was sent; negative if it was not, or is over. */
    long sentAt() {
        return sentAt.get();
    }

    /** Ends a request that was not sent, and now will not be. */
    boolean withdraw() {
        boolean isWithdrawn = sentAt.compareAndSet(UNSENT, OVER);
        if (isWithdrawn) {
            cancelWatch();
        }
        return isWithdrawn;
    }

    boolean isWatched() {
        return watch != null;
    }

    void watchedBy(EventLoop.Timer timer) {
        watch = timer;
    }

    /** Takes the first answer; false for any later one. */
    boolean end() {
        if (sentAt.getAndSet(OVER) == OVER) {
            return false;
        }
        cancelWatch();
        return true;
    }

    private void cancelWatch() {
        if (watch != null) {
            watch.cancel();
        }
    }

    /**
     * Serializes and hashes, hence not to be called on the loop.
     *
     * @param credentials to sign with; null to leave that to the client
     */
    PutRecordsRequest toSdk(Duration timeout, @Nullable AwsCredentialsIdentity credentials) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>(entryCount());
        for (LaneLoad load : loads) {
            for (RequestEntry entry : load.entries()) {
                entries.add(entry.toSdk());
            }
        }
        PutRecordsRequest.Builder request = PutRecordsRequest.builder()
                .records(entries)
                .overrideConfiguration(settings -> {
                    settings.apiCallTimeout(timeout);
                    if (credentials != null) {
                        settings.credentialsProvider(new RequestSender.Resolved(credentials));
                    }
                });
        return (stream.isArn() ? request.streamARN(stream.name()) : request.streamName(stream.name())).build();
    }
}
