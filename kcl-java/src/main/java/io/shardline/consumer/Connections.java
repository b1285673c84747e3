package io.shardline.consumer;

import io.shardline.consumer.internal.dynamodb.DynamoDbLeaseStore;
import io.shardline.consumer.internal.lease.LeaseStore;
import io.shardline.runtime.internal.OwnClients;
import io.shardline.runtime.internal.OwnedResources;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClientBuilder;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * How a consumer reaches Kinesis and its lease table: what was given to it, and settings for what it makes itself.
 *
 * <p>Immutable, but for the settings.
 */
record Connections(
        @Nullable KinesisAsyncClient client,
        @Nullable LeaseTable leaseTable,
        @Nullable DynamoDbTable dynamoDbTable,
        OwnClients clients,
        OwnClients.Service<KinesisAsyncClientBuilder> kinesis,
        OwnClients.Service<DynamoDbAsyncClientBuilder> dynamoDb) {

    /** How long one call may take when the consumer makes its own clients; calls for leases have limits of their own. */
    private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);

    /** A heartbeat comes after three tenths of the lease duration, and is judged after three quarters of it. */
    private static final int MIN_CALLS = 3;

    /**
     * Looks for settings that would change nothing.
     *
     * @throws IllegalArgumentException if there are some for a client or a table that was given
     */
    void refuseWhatIsOfNoUse() {
        if (leaseTable != null && !(leaseTable instanceof LeaseStore)) {
            throw new IllegalArgumentException("leaseTable must come from a method of LeaseTable, was " + leaseTable);
        }
        if (client != null) {
            kinesis.refuseBeside("a client");
        }
        if (leaseTable != null) {
            dynamoDb.refuseBeside("a leaseTable");
        }
        if (client != null && leaseTable != null) {
            clients.refuseBeside("a client and a leaseTable");
        }
    }

    KinesisAsyncClient ownClient(ConsumerConfig settings) {
        if (settings.subscribes() || settings.isMultiStream()) { // a stream that is added may be subscribed to
            kinesis.subscribing(settings.maxSubscriptions());
        }
        return clients.build(KinesisAsyncClient.builder(), kinesis, CALL_TIMEOUT);
    }

    /**
     * The table that was given, or one of the consumer's own, with a client that {@code resources} closes.
     *
     * @throws IllegalArgumentException if a lost heartbeat could not be repeated in time
     */
    LeaseStore store(ConsumerConfig settings, OwnedResources resources) {
        LeaseStore store = leaseTable instanceof LeaseStore given ? given : ownStore(settings, resources);
        Duration timeout = store.callTimeout();
        if (timeout.multipliedBy(MIN_CALLS).compareTo(settings.leaseDuration()) >= 0) {
            throw new IllegalArgumentException("leaseDuration must be more than " + MIN_CALLS
                    + " times the lease table's callTimeout, so that a lost heartbeat can be repeated in time; it was "
                    + settings.leaseDuration() + ", and callTimeout " + timeout);
        }
        return store;
    }

    private LeaseStore ownStore(ConsumerConfig settings, OwnedResources resources) {
        DynamoDbTable table = dynamoDbTable != null
                ? dynamoDbTable
                : DynamoDbTable.builder(settings.applicationName()).build();
        return new DynamoDbLeaseStore(
                resources.own(clients.build(DynamoDbAsyncClient.builder(), dynamoDb, CALL_TIMEOUT)), table);
    }
}
