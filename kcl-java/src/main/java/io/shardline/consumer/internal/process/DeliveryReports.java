package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;

/**
 * Reports what became of the records of one tenure, to the listener and to the log.
 *
 * <p>Confined to the consumer loop.
 */
final class DeliveryReports {

    private static final Logger log = Logs.of(DeliveryReports.class);

    private final ShardConsumer.Setting setting;
    private final HeldLease lease;
    private boolean loggedDrop;
    private boolean loggedReplacement;

    DeliveryReports(ShardConsumer.Setting setting, HeldLease lease) {
        this.setting = setting;
        this.lease = lease;
    }

    /** A batch is done with, for now or for good. */
    void handled(BatchRun run) {
        if (run.handled() > 0) {
            setting.host()
                    .emit(new ConsumerEvent.BatchHandled(
                            lease.key(),
                            run.handled() - run.skipped(),
                            run.isDone() ? run.batch().bytes() : 0,
                            Duration.ofNanos(run.handlerNanos()),
                            run.batch().behindLatest()));
        }
    }

    /** Foreign entries were not given to the handler; the log says so the first time. */
    void dropped(BatchRun run) {
        int count = run.dropped();
        if (count == run.replaced()) {
            if (!loggedReplacement) {
                loggedReplacement = true;
                log.debug(
                        "shard={}: {} entries of aggregates that straddle a split are passed over, as their producer"
                                + " puts them again; more of them are counted and not logged",
                        lease.key(),
                        count);
            }
        } else if (!loggedDrop) {
            loggedDrop = true;
            log.warn(
                    "shard={}: {} entries of aggregated records were dropped, as their hash keys belong to other shards"
                            + " (foreignEntries={}); more of them are counted and not logged",
                    lease.key(),
                    count,
                    setting.config().foreignEntries());
        }
        setting.host().emit(new ConsumerEvent.EntriesDropped(lease.key(), count));
    }

    /** The policy has given records up. */
    void skipped(List<ConsumerRecord> records, Retries.Failed failed) {
        Position first = records.get(0).position();
        Position last = records.get(records.size() - 1).position();
        log.error(
                "shard={}: {} records from {} to {} are skipped: their handler has failed {} times",
                lease.key(),
                records.size(),
                first,
                last,
                failed.attempts(),
                failed.failure());
        setting.host()
                .emit(new ConsumerEvent.RecordsSkipped(
                        lease.key(), first, last, records.size(), failed.attempts(), failed.failure()));
    }
}
