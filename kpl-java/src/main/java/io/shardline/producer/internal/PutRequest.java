package io.shardline.producer.internal;

import io.shardline.runtime.internal.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * One PutRecords request, from the choice of its loads to its answer.
 *
 * <p>Confined to the loop, except what it sends, which is fixed when it is made.
 */
final class PutRequest {

    private final StreamLanes stream;
    private final List<LaneLoad> loads;
    private final long startedAt;

    /** Read by the I/O thread: a request that waited there too long must not be sent any more. */
    private volatile boolean over;

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

    boolean isOver() {
        return over;
    }

    void watchedBy(EventLoop.Timer timer) {
        watch = timer;
    }

    /** Takes the first answer; false for any later one. */
    boolean end() {
        if (over) {
            return false;
        }
        over = true;
        if (watch != null) {
            watch.cancel();
        }
        return true;
    }

    /** Serializes and hashes, hence not to be called on the loop. */
    PutRecordsRequest toSdk(Duration timeout) {
        List<PutRecordsRequestEntry> entries = new ArrayList<>(entryCount());
        for (LaneLoad load : loads) {
            for (RequestEntry entry : load.entries()) {
                entries.add(entry.toSdk());
            }
        }
        PutRecordsRequest.Builder request = PutRecordsRequest.builder()
                .records(entries)
                .overrideConfiguration(settings -> settings.apiCallTimeout(timeout));
        return (stream.isArn() ? request.streamARN(stream.name()) : request.streamName(stream.name())).build();
    }
}
