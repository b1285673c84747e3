package io.shardline.consumer.internal.shard;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.FleetRow;
import io.shardline.consumer.internal.lease.LeaseStore.Scan;
import io.shardline.consumer.internal.lease.SessionKeeper;
import io.shardline.consumer.internal.lease.StreamRow;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that the lease table is that of this application, before a worker joins the fleet and shares its leases.
 *
 * <p>Shards of all streams have the same ids, so the leases of an application of one stream do not tell which it is: the fleet
 * row does, once and for all. Where it does not, the rows of the streams are looked at, which earlier versions have written.
 * An application of one stream writes no lease into another one's table. One of several streams is only held against the fleet
 * row here, and against the leases once it has joined. Confined to the consumer loop.
 */
final class TableClaim {

    private static final Logger log = LoggerFactory.getLogger(TableClaim.class);

    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SessionKeeper.Setting setting;
    private final String streamName;
    private final boolean ofSeveral;
    private final Listener listener;

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
        setting.calls()
                .read(
                        () -> setting.store().watch(Set.of()),
                        watch -> judge(watch.fleet()),
                        failure -> again(failure, this::check));
    }

    private void judge(FleetRow fleet) {
        String claimed = fleet.streamName();
        if (claimed != null && (ofSeveral || !claimed.equals(streamName))) {
            refuse(claimed);
        } else if (claimed != null || ofSeveral) {
            listener.claimed();
        } else {
            lookAtRows();
        }
    }

    private void lookAtRows() {
        setting.calls().read(setting.store()::scan, this::judgeRows, failure -> again(failure, this::lookAtRows));
    }

    private void judgeRows(Scan scan) {
        Optional<ConsumerException> otherKind = scan.leases().stream()
                .flatMap(lease -> ShardSync.otherKind(lease.key(), false).stream())
                .findFirst();
        List<String> streams =
                scan.streams().stream().map(StreamRow::streamName).toList();
        if (otherKind.isPresent()) {
            listener.refused(otherKind.get());
        } else if (!streams.isEmpty() && !streams.contains(streamName)) {
            refuse(streams.get(0));
        } else {
            claim();
        }
    }

    private void claim() {
        setting.calls()
                .read(() -> setting.store().claim(streamName), this::judge, failure -> again(failure, this::claim));
    }

    private void refuse(String other) {
        listener.refused(new ConsumerException(
                "the leases in " + setting.store().place() + " are of stream '" + other
                        + "', and this consumer was given "
                        + (ofSeveral ? "several streams" : "stream '" + streamName + "'")
                        + "; use another application name, or read several streams in one application, or delete the"
                        + " lease table if its checkpoints are not needed any more",
                null));
    }

    private void again(Throwable failure, Runnable step) {
        log.warn("finding out whose the lease table is failed and is repeated", failure);
        setting.loop().schedule(RETRY_NANOS, step);
    }
}
