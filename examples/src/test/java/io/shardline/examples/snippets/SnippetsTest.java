package io.shardline.examples.snippets;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.testkit.KinesisEmulator;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The snippets do what the guides say. Confined to one thread. */
class SnippetsTest {

    @Test
    @Timeout(60)
    void whatTheFirstProducerPutsTheFirstConsumerHandles() throws InterruptedException {
        try (KinesisEmulator kinesis = KinesisEmulator.create()) {
            kinesis.createStream("flights", 1);
            FirstProducer.run(kinesis.client());
            CountDownLatch handled = new CountDownLatch(1);
            FirstConsumer.run(kinesis.client(), handled);
            assertThat(handled.getCount()).isZero();
        }
    }
}
