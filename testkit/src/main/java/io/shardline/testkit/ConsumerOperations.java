package io.shardline.testkit;

import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DeregisterStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamConsumerResponse;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersRequest;
import software.amazon.awssdk.services.kinesis.model.ListStreamConsumersResponse;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerRequest;
import software.amazon.awssdk.services.kinesis.model.RegisterStreamConsumerResponse;

/**
 * Registering consumers for fan-out, and asking for them.
 *
 * <p>Confined to the engine's lock.
 */
final class ConsumerOperations {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 10_000;
    private static final int TOKEN_KIND = 3;
    private static final int TOKEN_VALUES = 3;

    private final Streams streams;

    ConsumerOperations(Streams streams) {
        this.streams = streams;
    }

    RegisterStreamConsumerResponse.Builder register(RegisterStreamConsumerRequest request) {
        Constraints.name(request.consumerName(), "consumerName");
        Constraints.required(request.streamARN(), "", "streamARN");
        Tags.check(request.tags());
        EmulatedStream stream = streams.getReadable(null, request.streamARN());
        long now = streams.nowMillis();
        if (stream.consumers().find(request.consumerName(), now) != null) {
            throw ServiceError.inUse("Consumer " + request.consumerName() + " already exists under stream "
                    + stream.name().inMessages() + ".");
        }
        long creating = stream.consumers().all(now).stream()
                .filter(consumer -> consumer.status(now) == ConsumerStatus.CREATING)
                .count();
        Quotas quotas = streams.quotas();
        quotas.limit(
                Quota.CONSUMERS_IN_CREATION,
                creating + 1,
                Quotas.MAX_CONSUMERS_IN_CREATION,
                "Too many consumers in state CREATING under stream "
                        + stream.name().inMessages() + ".");
        quotas.limit(
                Quota.CONSUMERS,
                stream.consumers().all(now).size() + 1L,
                Quotas.MAX_CONSUMERS,
                "Too many consumers under stream " + stream.name().inMessages() + ".");
        EmulatedConsumer consumer = stream.consumers().add(request.consumerName(), now, streams.consumerChangeMillis());
        Tags.add(consumer.tags(), request.tags(), quotas);
        return RegisterStreamConsumerResponse.builder().consumer(consumer.describe(now));
    }

    DescribeStreamConsumerResponse.Builder describe(DescribeStreamConsumerRequest request) {
        EmulatedConsumer consumer = find(request.streamARN(), request.consumerName(), request.consumerARN());
        return DescribeStreamConsumerResponse.builder()
                .consumerDescription(consumer.describeInFull(streams.nowMillis()));
    }

    DeregisterStreamConsumerResponse.Builder deregister(DeregisterStreamConsumerRequest request) {
        find(request.streamARN(), request.consumerName(), request.consumerARN()).delete(streams.consumerChangeMillis());
        return DeregisterStreamConsumerResponse.builder();
    }

    private EmulatedConsumer find(
            @Nullable String streamArn, @Nullable String consumerName, @Nullable String consumerArn) {
        if (consumerArn != null) {
            EmulatedConsumer consumer = streams.consumer(consumerArn);
            boolean sameName = consumerName == null || consumerName.equals(consumer.name());
            boolean sameStream = streamArn == null
                    || streamArn.equals(consumer.stream().name().arn());
            if (!sameName || !sameStream) {
                throw ServiceError.invalidArgument(
                        "ConsumerARN " + consumerArn + " does not match StreamARN and ConsumerName.");
            }
            return consumer;
        }
        if (streamArn == null || consumerName == null) {
            throw ServiceError.invalidArgument("Either ConsumerARN or both StreamARN and ConsumerName must be given.");
        }
        Constraints.name(consumerName, "consumerName");
        EmulatedStream stream = streams.get(null, streamArn);
        EmulatedConsumer consumer = stream.consumers().find(consumerName, streams.nowMillis());
        if (consumer == null) {
            throw ServiceError.notFound("Consumer " + consumerName + " under stream "
                    + stream.name().inMessages() + " not found.");
        }
        return consumer;
    }

    ListStreamConsumersResponse.Builder list(ListStreamConsumersRequest request) {
        int page = Constraints.optional(request.maxResults(), "maxResults", MAX_PAGE, DEFAULT_PAGE);
        Constraints.required(request.streamARN(), "", "streamARN");
        EmulatedStream stream = streams.get(null, request.streamARN());
        stream.refuseOtherCreation(request.streamCreationTimestamp());
        long now = streams.nowMillis();
        long[] values = token(request.nextToken(), stream);
        List<EmulatedConsumer> rest = stream.consumers().all(now).stream()
                .skip(values[1])
                .limit(page + 1L)
                .toList();
        boolean more = rest.size() > page;
        return ListStreamConsumersResponse.builder()
                .consumers(rest.stream()
                        .limit(page)
                        .map(consumer -> consumer.describe(now))
                        .toList())
                .nextToken(more ? Token.write(TOKEN_KIND, stream.generation(), values[1] + page, now) : null);
    }

    private long[] token(@Nullable String text, EmulatedStream stream) {
        if (text == null) {
            return new long[TOKEN_VALUES];
        }
        long[] values = Token.read(TOKEN_KIND, TOKEN_VALUES, text);
        if (values == null || values[0] != stream.generation()) {
            throw ServiceError.invalidArgument("Invalid NextToken.");
        }
        Token.refuseOld(values[2], streams.nowMillis());
        return values;
    }
}
