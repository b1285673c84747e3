package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.Position;
import io.shardline.consumer.internal.lease.Checkpoint;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.consumer.internal.retrieve.ReadAnswer;
import io.shardline.runtime.internal.Logs;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Notices where records may have expired before they were read, and says so.
 *
 * <p>The first read begins at the record at the position handled. If that has expired, so may have what came after it, unless
 * the shard was seen to have nothing more within the retention. Confined to the consumer loop.
 */
final class RetentionCheck {

    private static final Logger log = Logs.of(RetentionCheck.class);

    private final ShardConsumer.Host host;
    private final HeldLease lease;

    private @Nullable Position from;
    private @Nullable Instant tipReadAt;
    private @Nullable Position expiredAfter;

    RetentionCheck(ShardConsumer.Host host, HeldLease lease) {
        this.host = host;
        this.lease = lease;
        this.tipReadAt = lease.row().checkpoint() instanceof Checkpoint.At at ? at.tipReadAt() : null;
    }

    /** Reading begins at a position, or at the beginning. */
    void begins(@Nullable Position position) {
        from = position;
    }

    /**
     * A read has succeeded.
     *
     * @param allHandled whether everything that was read before is handled
     */
    void answered(ReadAnswer answer, boolean allHandled) {
        Position position = from;
        if (position != null && (answer.first() != null || answer.isAtTip())) {
            from = null;
            Position first = answer.first() == null ? null : new Position(answer.first(), 0);
            boolean isThere = first != null && first.compareTo(new Position(position.sequenceNumber(), 0)) <= 0;
            if (!isThere) {
                expired(position, first, answer.at());
            }
        }
        if (allHandled && answer.isAtTip()) {
            tipReadAt = answer.at();
        }
    }

    /** The stream has no such shard any more, whose records were handled up to a position or not at all. */
    void isGone(@Nullable Position handled, Instant now) {
        expired(handled, null, now);
    }

    /** When the shard was seen to have no record after what is handled; null if that is not known. */
    @Nullable
    Instant tipReadAt() {
        return tipReadAt;
    }

    /** The position after which records may have expired, the last such; null if there is none. */
    @Nullable
    Position expiredAfter() {
        return expiredAfter;
    }

    private void expired(@Nullable Position after, @Nullable Position before, Instant now) {
        Instant tip = tipReadAt;
        if (tip != null && now.isBefore(tip.plus(host.retention(lease.row())))) {
            return; // what came since then is still there
        }
        expiredAfter = after == null ? new Position("0", 0) : after;
        log.warn(
                "shard={}: records after position={} and before position={} may have expired unread: they are older"
                        + " than the retention of {} h; the shard was last known to be read to its tip at {}",
                lease.key(),
                after,
                before,
                host.retention(lease.row()).toHours(),
                tip);
        host.emit(new ConsumerEvent.RecordsMayHaveExpired(lease.key(), after, before, tip));
    }
}
