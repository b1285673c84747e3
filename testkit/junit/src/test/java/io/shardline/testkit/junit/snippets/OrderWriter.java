package io.shardline.testkit.junit.snippets;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.shardline.producer.ShardlineProducer;
import io.shardline.producer.UserRecord;

/** Somebody's code that puts records. Thread-safe. */
final class OrderWriter {

    private final ShardlineProducer producer;

    OrderWriter(ShardlineProducer producer) {
        this.producer = producer;
    }

    void write(String customer, String order) {
        producer.put("orders", UserRecord.of(customer, order.getBytes(UTF_8)));
    }
}
