package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.Consumer;
import software.amazon.awssdk.services.kinesis.model.ConsumerDescription;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;

/**
 * Registering, describing, listing and deregistering consumers.
 *
 * <p>Rules from docs.aws.amazon.com/kinesis/latest/APIReference: API_RegisterStreamConsumer.html,
 * API_DescribeStreamConsumer.html, API_ListStreamConsumers.html, API_DeregisterStreamConsumer.html. Confined to one thread.
 */
interface ConsumerContract extends KinesisContract {

    /** A consumer that is ACTIVE. */
    default Consumer consumer(String stream, String name) {
        Consumer registered = get(client().registerStreamConsumer(
                                r -> r.streamARN(arn(stream)).consumerName(name)))
                .consumer();
        kinesis()
                .until(
                        name + " is ACTIVE",
                        () -> describe(registered.consumerARN()).consumerStatus() == ConsumerStatus.ACTIVE);
        return registered;
    }

    default String arn(String stream) {
        return summary(stream).streamARN();
    }

    private ConsumerDescription describe(String consumerArn) {
        return get(client().describeStreamConsumer(r -> r.consumerARN(consumerArn)))
                .consumerDescription();
    }

    @Test
    default void aNewConsumerIsCreatingAndThenActive() {
        String stream = newStream(1);

        Consumer registered = get(client().registerStreamConsumer(
                                r -> r.streamARN(arn(stream)).consumerName("billing")))
                .consumer();

        assertThat(registered.consumerName()).isEqualTo("billing");
        assertThat(registered.consumerStatus()).isEqualTo(ConsumerStatus.CREATING);
        assertThat(registered.consumerARN()).startsWith(arn(stream) + "/consumer/billing:");
        assertThat(registered.consumerCreationTimestamp()).isNotNull();
        kinesis()
                .until(
                        "it is ACTIVE",
                        () -> describe(registered.consumerARN()).consumerStatus() == ConsumerStatus.ACTIVE);
        assertThat(summary(stream).consumerCount()).isEqualTo(1);
    }

    @Test
    default void aConsumerIsMeantByItsArnOrByStreamAndName() {
        String stream = newStream(1);
        Consumer consumer = consumer(stream, "billing");

        ConsumerDescription byName = get(client().describeStreamConsumer(
                                r -> r.streamARN(arn(stream)).consumerName("billing")))
                .consumerDescription();

        assertThat(byName).isEqualTo(describe(consumer.consumerARN()));
        assertThat(byName.streamARN()).isEqualTo(arn(stream));
    }

    @Test
    default void aConsumersNameIsTakenOnlyOnceInAStream() {
        String stream = newStream(1);
        consumer(stream, "billing");

        assertRefused(
                client().registerStreamConsumer(r -> r.streamARN(arn(stream)).consumerName("billing")),
                "ResourceInUseException");
    }

    @Test
    default void consumersAreListedInPages() {
        String stream = newStream(1);
        consumer(stream, "a");
        consumer(stream, "b");
        consumer(stream, "c");
        String arn = arn(stream);

        ListStreamConsumersResponse first =
                get(client().listStreamConsumers(r -> r.streamARN(arn).maxResults(2)));
        ListStreamConsumersResponse second = get(client().listStreamConsumers(
                        r -> r.streamARN(arn).nextToken(first.nextToken()).maxResults(2)));

        assertThat(first.consumers()).hasSize(2);
        assertThat(second.consumers()).hasSize(1);
        assertThat(second.nextToken()).isNull();
        assertThat(List.of(first, second))
                .flatExtracting(ListStreamConsumersResponse::consumers)
                .extracting(Consumer::consumerName)
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    default void aDeregisteredConsumerIsGoneInTheEnd() {
        String stream = newStream(1);
        Consumer consumer = consumer(stream, "billing");
        String arn = arn(stream);

        get(client().deregisterStreamConsumer(r -> r.consumerARN(consumer.consumerARN())));

        kinesis()
                .until(
                        "it is gone",
                        () -> get(client().listStreamConsumers(r -> r.streamARN(arn)))
                                .consumers()
                                .isEmpty());
        assertRefused(
                client().describeStreamConsumer(r -> r.consumerARN(consumer.consumerARN())),
                "ResourceNotFoundException");
    }

    @Test
    default void anUnknownConsumerIsNotFound() {
        String stream = anyStream();
        String arn = arn(stream);

        assertRefused(
                client().describeStreamConsumer(r -> r.streamARN(arn).consumerName("nobody")),
                "ResourceNotFoundException");
        assertRefused(
                client().deregisterStreamConsumer(r -> r.streamARN(arn).consumerName("nobody")),
                "ResourceNotFoundException");
    }
}
