package io.shardline.examples.snippets;

import io.shardline.producer.PutCallback;
import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;
import java.util.Queue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to do with a record that was given up.
 *
 * <p>Stateless.
 */
final class FailedPuts {

    private static final Logger log = LoggerFactory.getLogger(FailedPuts.class);

    private FailedPuts() {}

    static void put(ShardlineProducer producer, UserRecord record, Queue<UserRecord> parked) {
        // tag::FailedPuts
        PutCallback callback = new PutCallback() {
            @Override
            public void acknowledged(UserRecord record, PutReceipt receipt) {}

            @Override
            public void failed(PutFailedException failure) {
                switch (failure.reason()) {
                    case EXPIRED, BUDGET_FULL -> parked.add(failure.record()); // to be put again later
                    default -> log.error("trying again does not mend this", failure);
                }
            }
        };
        producer.put("flights", record, callback);
        // end::FailedPuts
    }
}
