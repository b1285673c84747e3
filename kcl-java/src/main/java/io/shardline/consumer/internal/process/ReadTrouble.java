package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.runtime.internal.ServiceErrors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is said, and found out, when a shard cannot be read.
 *
 * <p>Confined to the consumer loop.
 */
final class ReadTrouble {

    private static final Logger log = LoggerFactory.getLogger(ReadTrouble.class);

    /** From this failure in a row on, and then at every so many, the log says why a shard cannot be read. */
    private static final int EXPLAINED_FAILURE = 3;

    private static final int EXPLAINED_AGAIN = 20;

    private final ShardConsumer.Host host;
    private final HeldLease lease;
    private final Runnable gone;

    /** @param gone called when the stream has no such shard any more */
    ReadTrouble(ShardConsumer.Host host, HeldLease lease, Runnable gone) {
        this.host = host;
        this.lease = lease;
        this.gone = gone;
    }

    void failed(Throwable failure, int inARow) {
        host.emit(new ConsumerEvent.ReadFailed(lease.key(), inARow, failure));
        String code = ServiceErrors.code(failure);
        if (inARow == EXPLAINED_FAILURE || inARow % EXPLAINED_AGAIN == 0) {
            log.warn(
                    "reading shard={} has failed {} times in a row and goes on: {}: {}",
                    lease.key(),
                    inARow,
                    code,
                    ServiceErrors.message(failure));
        }
        if (code.equals("ResourceNotFoundException") || code.equals("InvalidArgumentException")) {
            // The shard may be older than the retention, or the stream another one of the same name.
            host.whetherListed(lease.row(), listed -> {
                if (!listed) {
                    gone.run();
                }
            });
        }
    }
}
