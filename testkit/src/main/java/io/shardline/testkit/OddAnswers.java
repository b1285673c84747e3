package io.shardline.testkit;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.ChildShard;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamResponse;
import software.amazon.awssdk.services.kinesis.model.DescribeStreamSummaryResponse;
import software.amazon.awssdk.services.kinesis.model.GetRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.GetRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.GetShardIteratorResponse;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;
import software.amazon.awssdk.services.kinesis.model.KinesisResponse;
import software.amazon.awssdk.services.kinesis.model.ListShardsRequest;
import software.amazon.awssdk.services.kinesis.model.Record;
import software.amazon.awssdk.services.kinesis.model.ShardFilter;

/**
 * Answers that succeed and are wrong, as other implementations of the service give them.
 *
 * <p>Thread-safe: it holds nothing.
 */
final class OddAnswers {
    private OddAnswers() {}

    /** What ListShards hears of a request. */
    static ListShardsRequest asked(ListShardsRequest request, Fault fault) {
        return fault instanceof Fault.UnfilteredListing && request.shardFilter() != null
                ? request.toBuilder().shardFilter((ShardFilter) null).build()
                : request;
    }

    /** The answer as the fault makes it; the same if the fault is another one. */
    static KinesisResponse.Builder spoil(KinesisRequest request, KinesisResponse.Builder answer, Fault fault) {
        if (answer instanceof GetRecordsResponse.Builder records && request instanceof GetRecordsRequest read) {
            return spoilRecords(read, records, fault);
        }
        if (answer instanceof GetShardIteratorResponse.Builder iterator
                && fault instanceof Fault.MissingIterator missing) {
            return iterator.shardIterator(written(missing));
        }
        return fault instanceof Fault.TimesInMillis ? inMillis(answer) : answer;
    }

    private static GetRecordsResponse.Builder spoilRecords(
            GetRecordsRequest request, GetRecordsResponse.Builder answer, Fault fault) {
        if (fault instanceof Fault.MissingIterator missing) {
            return (missing.withRecords() ? answer : answer.records(List.of()))
                    .nextShardIterator(written(missing))
                    .childShards(List.of());
        }
        if (fault instanceof Fault.MissingChildren) {
            return answer.childShards(List.of());
        }
        if (fault instanceof Fault.EmptyAnswer empty) {
            return answer.records(List.of())
                    .nextShardIterator(request.shardIterator())
                    .childShards(List.<ChildShard>of())
                    .millisBehindLatest(empty.behindLatest().toMillis());
        }
        if (fault instanceof Fault.TimesInMillis) {
            return answer.records(
                    answer.build().records().stream().map(OddAnswers::inMillis).toList());
        }
        return answer;
    }

    private static @Nullable String written(Fault.MissingIterator missing) {
        return missing.isEmpty() ? "" : null;
    }

    private static Record inMillis(Record record) {
        return record.toBuilder()
                .approximateArrivalTimestamp(inMillis(record.approximateArrivalTimestamp()))
                .build();
    }

    private static KinesisResponse.Builder inMillis(KinesisResponse.Builder answer) {
        if (answer instanceof DescribeStreamSummaryResponse.Builder described) {
            var summary = described.build().streamDescriptionSummary();
            return described.streamDescriptionSummary(summary.toBuilder()
                    .streamCreationTimestamp(inMillis(summary.streamCreationTimestamp()))
                    .build());
        }
        if (answer instanceof DescribeStreamResponse.Builder described) {
            var description = described.build().streamDescription();
            return described.streamDescription(description.toBuilder()
                    .streamCreationTimestamp(inMillis(description.streamCreationTimestamp()))
                    .build());
        }
        return answer;
    }

    private static Instant inMillis(Instant time) {
        return Instant.ofEpochSecond(time.toEpochMilli());
    }
}
