package io.shardline.testkit.contract;

import static io.shardline.testkit.contract.KinesisContract.shard;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;

/**
 * What a shard takes and gives in a second.
 *
 * <p>Rules from docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html and
 * docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html. Confined to one thread.
 */
interface QuotaContract extends KinesisContract {

    /** What became of calls that were all made at once. */
    private <T> List<Throwable> failures(List<CompletableFuture<T>> calls, List<T> answers) {
        List<Throwable> failures = new ArrayList<>();
        for (CompletableFuture<T> call : calls) {
            try {
                answers.add(get(call));
            } catch (CompletionException e) {
                failures.add(e.getCause());
            }
        }
        return failures;
    }

    @Test
    default void ofMoreThanAThousandRecordsASecondSomeEntriesAreThrottled() {
        String stream = newStream(1);
        List<PutRecordsRequestEntry> entries = Collections.nCopies(500, PutContract.entry("k", "x"));
        List<CompletableFuture<PutRecordsResponse>> calls = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            calls.add(client().putRecords(r -> r.streamName(stream).records(entries)));
        }

        List<PutRecordsResponse> answers = new ArrayList<>();
        assertThat(failures(calls, answers)).isEmpty();

        List<PutRecordsResultEntry> throttled = answers.stream()
                .flatMap(answer -> answer.records().stream())
                .filter(result -> result.errorCode() != null)
                .toList();
        assertThat(throttled).isNotEmpty();
        assertThat(answers.stream()
                        .mapToInt(PutRecordsResponse::failedRecordCount)
                        .sum())
                .isEqualTo(throttled.size());
        assertThat(throttled).allSatisfy(result -> {
            assertThat(result.errorCode()).isEqualTo("ProvisionedThroughputExceededException");
            assertThat(result.errorMessage()).contains("Rate exceeded for shard " + shard(0) + " in stream " + stream);
            assertThat(result.sequenceNumber()).isNull();
        });
    }

    @Test
    default void ofMoreThanFiveReadsASecondSomeAreThrottled() {
        String stream = newStream(1);
        String iterator = iterator(stream, shard(0), ShardIteratorType.TRIM_HORIZON);
        List<CompletableFuture<Object>> calls = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            calls.add(client().getRecords(r -> r.shardIterator(iterator)).thenApply(answer -> answer));
        }

        List<Object> answers = new ArrayList<>();
        List<Throwable> failures = failures(calls, answers);

        assertThat(answers).isNotEmpty();
        assertThat(failures)
                .isNotEmpty()
                .allSatisfy(failure -> assertThat(failure).isInstanceOf(ProvisionedThroughputExceededException.class));
    }
}
