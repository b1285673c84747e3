package io.shardline.consumer.internal.process;

import io.shardline.consumer.ConsumerEvent;
import io.shardline.consumer.internal.lease.HeldLease;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.Set;
import org.slf4j.Logger;

/**
 * What is said, and found out, when a shard cannot be read.
 *
 * <p>Confined to the consumer loop.
 */
final class ReadTrouble {

    private static final Logger log = Logs.of(ReadTrouble.class);

    /** From this failure in a row on, and then at every so many, the log says why a shard cannot be read. */
    private static final int EXPLAINED_FAILURE = 3;

    private static final int EXPLAINED_AGAIN = 20;

    /**
     * The shard may be older than the retention, the stream another one of the same name, or an answer without an iterator the
     * end.
     */
    private static final Set<String> SUSPICIOUS =
            Set.of("ResourceNotFoundException", "InvalidArgumentException", "MalformedAnswerException");

    private final ShardConsumer.Host host;
    private final HeldLease lease;
    private final EndEvidence evidence;

    ReadTrouble(ShardConsumer.Host host, HeldLease lease, EndEvidence evidence) {
        this.host = host;
        this.lease = lease;
        this.evidence = evidence;
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
        if (SUSPICIOUS.contains(code)) {
            evidence.suspect();
        }
    }
}
