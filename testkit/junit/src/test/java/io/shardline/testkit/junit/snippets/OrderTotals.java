package io.shardline.testkit.junit.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.consumer.ConsumerRecord;
import io.shardline.consumer.RecordContext;
import io.shardline.consumer.RecordHandler;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Somebody's code that handles records. Thread-safe. */
final class OrderTotals implements RecordHandler {

    private final Map<String, Integer> totals = new ConcurrentHashMap<>();

    @Override
    public void handle(ConsumerRecord record, RecordContext context) {
        int amount = Integer.parseInt(new String(record.data(), UTF_8));
        totals.merge(record.partitionKey(), amount, Integer::sum);
    }

    int of(String customer) {
        return totals.getOrDefault(customer, 0);
    }
}
