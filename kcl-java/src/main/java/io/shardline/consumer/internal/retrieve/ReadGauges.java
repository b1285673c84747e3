package io.shardline.consumer.internal.retrieve;

import io.shardline.consumer.internal.lease.ReadPressure;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;

/**
 * How short of throughput the shards of one stream are that this worker reads.
 *
 * <p>Confined to the consumer loop.
 */
public final class ReadGauges {

    private static final String THROTTLE = "ProvisionedThroughputExceededException";

    private final EventLoop loop;
    private final RetrievalRules rules;
    private final @Nullable Duration wanted;
    private final Map<String, ReadGauge> shards = new TreeMap<>();

    /** @param wanted how old records may be when they come, or null if that does not matter */
    public ReadGauges(EventLoop loop, RetrievalRules rules, @Nullable Duration wanted) {
        this.loop = loop;
        this.rules = rules;
        this.wanted = wanted;
    }

    /** All shards that were read lately. */
    public ReadPressure pressure() {
        long now = loop.nanoTime();
        shards.values().removeIf(gauge -> gauge.isIdle(now));
        return shards.values().stream().map(gauge -> gauge.pressure(now)).reduce(ReadPressure.NONE, ReadPressure::plus);
    }

    /** The same sink, of which is looked at what it is told. */
    public RecordSource.Sink watching(ShardName shard, RecordSource.Sink sink) {
        return new WatchedSink(shard.shardId(), sink);
    }

    private ReadGauge gauge(String shardId) {
        return shards.computeIfAbsent(shardId, id -> new ReadGauge(rules, wanted));
    }

    private final class WatchedSink implements RecordSource.Sink {

        private final String shardId;
        private final RecordSource.Sink sink;

        private WatchedSink(String shardId, RecordSource.Sink sink) {
            this.shardId = shardId;
            this.sink = sink;
        }

        @Override
        public void answered(ReadAnswer answer) {
            gauge(shardId).answered(loop.nanoTime(), answer.behindLatest(), sink.isStarving());
            sink.answered(answer);
        }

        @Override
        public boolean isListed() {
            return sink.isListed();
        }

        @Override
        public void startsOver() {
            sink.startsOver();
        }

        @Override
        public boolean claimsEnd(boolean isNothingLeft, long sentNanos) {
            return sink.claimsEnd(isNothingLeft, sentNanos);
        }

        @Override
        public boolean isStarving() {
            return sink.isStarving();
        }

        @Override
        public void fetched(FetchedBatch batch) {
            gauge(shardId).read(loop.nanoTime(), batch.bytes());
            sink.fetched(batch);
        }

        @Override
        public void ended(List<ChildShard> children) {
            shards.remove(shardId);
            sink.ended(children);
        }

        @Override
        public void failed(Throwable failure, int inARow) {
            if (ServiceErrors.code(failure).equals(THROTTLE)) {
                gauge(shardId).throttled(loop.nanoTime());
            }
            sink.failed(failure, inARow);
        }
    }
}
