package io.shardline.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;
import software.amazon.awssdk.services.kinesis.model.StreamStatus;

/**
 * The short forms that all parts of the contract are written in.
 *
 * <p>What the service says in an error is documented nowhere; the wordings in the contract are those that public tests have
 * recorded from the service itself. Confined to one thread.
 */
interface KinesisContract {

    /** The smallest hash key of the upper half: where two even shards meet. */
    String MIDDLE = "170141183460469231731687303715884105728";

    /** Tags tests that look at a stream while it changes, so that the change must take longer than the look. */
    String WHILE_IT_CHANGES = "while-it-changes";

    String LAST_HASH_KEY = "340282366920938463463374607431768211455";

    /** 2^128, the first number that is no hash key. */
    String TOO_LARGE_A_HASH_KEY = "340282366920938463463374607431768211456";

    /** The Kinesis of the present test. */
    Kinesis kinesis();

    @AfterEach
    default void closeKinesis() {
        kinesis().close();
    }

    default KinesisAsyncClient client() {
        return kinesis().client();
    }

    default <T> T get(CompletableFuture<T> answer) {
        return kinesis().get(answer);
    }

    /** The service's refusal; an answer, or any other failure, fails the test. */
    default <T> KinesisException refusal(CompletableFuture<T> answer) {
        try {
            T given = get(answer);
            throw new AssertionError("a refusal was expected, got " + given);
        } catch (CompletionException wrapper) {
            if (wrapper.getCause() instanceof KinesisException refusal) {
                return refusal;
            }
            throw new AssertionError("a refusal was expected, got a failure", wrapper);
        }
    }

    /** Refused with that code, and HTTP status 400. */
    default void assertRefused(CompletableFuture<?> answer, String code) {
        assertRefused(answer, code, "");
    }

    /** Refused with that code, HTTP status 400, and a message that contains these words, where it is the service's. */
    default void assertRefused(CompletableFuture<?> answer, String code, String words) {
        KinesisException refusal = refusal(answer);
        assertThat(refusal.awsErrorDetails().errorCode())
                .as(refusal.getMessage())
                .isEqualTo(code);
        assertThat(refusal.statusCode()).isEqualTo(400);
        if (kinesis().hasTheServicesWords()) {
            assertThat(refusal.awsErrorDetails().errorMessage()).contains(words);
        }
    }

    /** Refused as a validation error, of that value and by that rule. */
    default void assertInvalid(CompletableFuture<?> answer, String value, String rule) {
        assertRefused(
                answer,
                "ValidationException",
                "validation error detected: Value " + value + " failed to satisfy constraint: Member must " + rule);
    }

    /** A new stream that is ACTIVE. */
    default String newStream(int shards) {
        String name = kinesis().newStreamName();
        get(client().createStream(r -> r.streamName(name).shardCount(shards)));
        awaitActive(name);
        return name;
    }

    /** A stream of one shard, in whatever state, for tests that neither change it nor care for its records. */
    default String anyStream() {
        return kinesis().anyStream(() -> newStream(1));
    }

    default void awaitActive(String stream) {
        kinesis().until(stream + " is ACTIVE", () -> summary(stream).streamStatus() == StreamStatus.ACTIVE);
    }

    default void awaitGone(String stream) {
        kinesis()
                .until(
                        stream + " is gone",
                        () -> !get(client().listStreams(r -> r.limit(10_000)))
                                .streamNames()
                                .contains(stream));
    }

    default StreamDescriptionSummary summary(String stream) {
        return get(client().describeStreamSummary(r -> r.streamName(stream))).streamDescriptionSummary();
    }

    default List<Shard> shards(String stream) {
        return get(client().listShards(r -> r.streamName(stream))).shards();
    }

    static String shard(int number) {
        return String.format(java.util.Locale.ROOT, "shardId-%012d", number);
    }

    static SdkBytes bytes(String text) {
        return SdkBytes.fromUtf8String(text);
    }

    static BigInteger number(String decimal) {
        return new BigInteger(decimal);
    }

    /** Puts a text at the beginning of the hash keys, which is in the first shard. */
    default PutRecordResponse put(String stream, String text) {
        return put(stream, text, "0");
    }

    default PutRecordResponse put(String stream, String text, String hashKey) {
        return get(client().putRecord(r -> r.streamName(stream)
                .partitionKey("key")
                .explicitHashKey(hashKey)
                .data(bytes(text))));
    }

    default String iterator(String stream, String shard, ShardIteratorType type) {
        return iterator(GetShardIteratorRequest.builder()
                .streamName(stream)
                .shardId(shard)
                .shardIteratorType(type));
    }

    default String iterator(GetShardIteratorRequest.Builder request) {
        return get(client().getShardIterator(request.build())).shardIterator();
    }

    default GetRecordsResponse read(String iterator) {
        kinesis().pace();
        return get(client().getRecords(r -> r.shardIterator(iterator)));
    }

    /** Reads on until that many records have come, the shard ends, or nothing more comes. */
    default List<String> texts(String iterator, int count) {
        List<String> texts = new ArrayList<>();
        String next = iterator;
        for (int empty = 0; next != null && texts.size() < count && empty < 20; ) {
            GetRecordsResponse answer = read(next);
            texts.addAll(textsOf(answer.records()));
            empty = answer.records().isEmpty() ? empty + 1 : 0;
            next = answer.nextShardIterator();
        }
        return texts;
    }

    static List<String> textsOf(List<Record> records) {
        return records.stream().map(Record::data).map(SdkBytes::asUtf8String).toList();
    }

    /** Splits a shard and waits until that is done. */
    default void split(String stream, String shard, String hashKey) {
        get(client().splitShard(r -> r.streamName(stream).shardToSplit(shard).newStartingHashKey(hashKey)));
        awaitActive(stream);
    }

    /** Merges two shards and waits until that is done. */
    default void merge(String stream, String shard, String adjacent) {
        get(client().mergeShards(r -> r.streamName(stream).shardToMerge(shard).adjacentShardToMerge(adjacent)));
        awaitActive(stream);
    }

    /** A moment that no other has. */
    default void tick() {
        kinesis().pass(Duration.ofMillis(5));
    }
}
