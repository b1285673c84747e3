package io.shardline.consumer.internal.shard;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.LeaseKey;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.SessionRow;
import io.shardline.consumer.internal.lease.StreamRow;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;

/**
 * The check that the lease table is that of this application, before a worker joins the fleet and shares its leases (rule 30
 * of the lease protocol).
 *
 * <p>Shards of all streams have the same ids, so the leases of an application of one stream do not tell which it is: the fleet
 * row does, once and for all. Where it does not, the rows of leases and streams are looked at, which other libraries and earlier
 * versions have written. Nothing is written into a table that is another application's. Confined to the consumer loop.
 */
final class TableClaim {

    private static final Logger log = Logs.of(TableClaim.class);

    private static final Backoff RETRY = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    /** In a large fleet that starts anew, so many may find the table unclaimed; the first to look claims it for all. */
    private static final long SPREAD_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How often the rows are looked at, where they do not tell yet whose the table is. */
    private static final int MAX_LOOKS = 20;

    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final String streamName;
    private final boolean ofSeveral;
    private final Listener listener;
    private int failures;
    private int looks;
    private boolean hasWaited;

    /** The worker that wants to know. Called on the loop. */
    interface Listener {

        /** The table is that of this application. */
        void claimed();

        /** It is another one's. */
        void refused(ConsumerException why);
    }

    /** @param streamName the application's stream, or any if it has several */
    TableClaim(SessionKeeper.Setting setting, String streamName, boolean ofSeveral, Listener listener) {
        this.setting = setting;
        this.streamName = streamName;
        this.ofSeveral = ofSeveral;
        this.listener = listener;
    }

    void check() {
        setting.calls().read(() -> setting.store().watch(Set.of()), watch -> judge(watch.fleet()), this::again);
    }

    private void judge(FleetRow fleet) {
        String claimed = fleet.claimedBy();
        if (claimed == null) {
            lookAtRows(fleet);
        } else if (claimed.equals(ofSeveral ? FleetRow.SEVERAL_STREAMS : streamName)) {
            listener.claimed();
        } else {
            refuse(claimed);
        }
    }

    private void lookAtRows(FleetRow fleet) {
        if (fleet.planned() && !hasWaited) {
            hasWaited = true;
            later((long) (setting.platform().random().nextDouble() * SPREAD_NANOS));
        } else {
            setting.calls().read(setting.store()::scan, this::judgeRows, this::again);
        }
    }

    private void judgeRows(Scan scan) {
        Optional<ConsumerException> otherKind = scan.leases().stream()
                .flatMap(lease -> otherKind(lease.key(), ofSeveral).stream())
                .findFirst();
        List<String> streams =
                scan.streams().stream().map(StreamRow::streamName).toList();
        if (otherKind.isPresent()) {
            listener.refused(otherKind.get());
        } else if (!ofSeveral && !streams.isEmpty() && !streams.contains(streamName)) {
            refuse(streams.get(0));
        } else if (isBegun(scan) && ++looks < MAX_LOOKS) {
            later(LOOK_NANOS); // the keys of its leases will tell
        } else {
            claim();
        }
    }

    /** Workers of an earlier version, which claims no table, have joined, and have created no lease yet. */
    private static boolean isBegun(Scan scan) {
        return scan.leases().isEmpty()
                && (!scan.streams().isEmpty() || scan.sessions().stream().anyMatch(SessionRow::alive));
    }

    /** An application of one stream and one of several cannot share a table: neither could read the other's keys. */
    static Optional<ConsumerException> otherKind(String key, boolean ofSeveral) {
        if (LeaseKey.parse(key).stream().isEmpty() != ofSeveral) {
            return Optional.empty();
        }
        return Optional.of(new ConsumerException(
                "the lease table has lease '" + key + "', so it is that of an application of "
                        + (ofSeveral
                                ? "one stream, and this consumer was given several"
                                : "several streams, and this consumer was given one")
                        + "; use another application name, or the settings for "
                        + (ofSeveral ? "one stream" : "several"),
                null));
    }

    private void claim() {
        String application = ofSeveral ? FleetRow.SEVERAL_STREAMS : streamName;
        setting.calls().read(() -> setting.store().claim(application), this::judge, this::again);
    }

    private void refuse(String other) {
        listener.refused(new ConsumerException(
                "the leases in " + setting.store().place() + " are of "
                        + (other.equals(FleetRow.SEVERAL_STREAMS) ? "several streams" : "stream '" + other + "'")
                        + ", and this consumer was given "
                        + (ofSeveral ? "several streams" : "stream '" + streamName + "'")
                        + "; use another application name, or read several streams in one application, or delete the"
                        + " lease table if its checkpoints are not needed any more",
                null));
    }

    /** From the beginning: others may have claimed it meanwhile. */
    private void again(Throwable failure) {
        failures++;
        log.warn("finding out whose the lease table is failed and is repeated, failures={}", failures, failure);
        later(RETRY.delayNanos(failures, setting.platform().random()));
    }

    private void later(long nanos) {
        setting.loop().schedule(nanos, this::check);
    }
}
