package io.shardline.testkit;

import io.shardline.testkit.EmulatedShard.LogEntry;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kinesis.model.PutRecordRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * PutRecord and PutRecords: validates, routes and appends.
 *
 * <p>Limits of a request and of a record are the service's
 * (docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html). Confined to the engine's lock.
 */
final class RecordWriter {
    private static final int MAX_ENTRIES = 500;
    private static final int MAX_REQUEST_BYTES = 10 * 1024 * 1024;

    /** How validation errors call the entries; made once, because they are needed only when something is wrong. */
    private static final List<String> ENTRY_MEMBERS = IntStream.rangeClosed(1, MAX_ENTRIES)
            .mapToObj(number -> "records." + number + ".member.")
            .toList();

    private final Streams streams;
    private final MessageDigest md5 = md5();

    /** Decides which entries of a request are refused: the place for quotas, and for faults until then. */
    @FunctionalInterface
    interface Admission {
        /** Lets everything in. */
        Admission ALL = (shard, bytes, index) -> null;

        /** The error code for an entry of so many bytes, or null to let it in. */
        @Nullable
        String refusal(EmulatedShard shard, int bytes, int index);
    }

    /** One valid record on its way to a shard, with a copy of its data. */
    private record Incoming(PutRecordsRequestEntry entry, HashKey hashKey, SdkBytes data, int bytes) {}

    RecordWriter(Streams streams) {
        this.streams = streams;
    }

    PutRecordResponse.Builder putRecord(PutRecordRequest request) {
        EmulatedStream stream = streams.getReadable(request.streamName(), request.streamARN());
        PutRecordsRequestEntry entry = PutRecordsRequestEntry.builder()
                .data(request.data())
                .partitionKey(request.partitionKey())
                .explicitHashKey(request.explicitHashKey())
                .build();
        Incoming record = incoming(entry, "", stream);
        EmulatedShard shard = stream.route(record.hashKey());
        return PutRecordResponse.builder().shardId(shard.id()).sequenceNumber(append(record, shard));
    }

    PutRecordsResponse.Builder putRecords(PutRecordsRequest request, Admission admission) {
        EmulatedStream stream = streams.getReadable(request.streamName(), request.streamARN());
        List<Incoming> records = incoming(request, stream);
        List<PutRecordsResultEntry> results = new ArrayList<>(records.size());
        int failed = 0;
        for (int i = 0; i < records.size(); i++) {
            Incoming record = records.get(i);
            EmulatedShard shard = stream.route(record.hashKey());
            String refusal = admission.refusal(shard, record.bytes(), i);
            if (refusal == null) {
                results.add(PutRecordsResultEntry.builder()
                        .shardId(shard.id())
                        .sequenceNumber(append(record, shard))
                        .build());
            } else {
                failed++;
                results.add(refused(refusal, shard, stream));
            }
        }
        return PutRecordsResponse.builder().failedRecordCount(failed).records(results);
    }

    /** All records of a request: one that is not valid refuses them all, as the service does. */
    private List<Incoming> incoming(PutRecordsRequest request, EmulatedStream stream) {
        if (!request.hasRecords()) {
            throw Constraints.violation(null, "records", "not be null");
        }
        List<PutRecordsRequestEntry> entries = request.records();
        if (entries.isEmpty()) {
            throw Constraints.violation("[]", "records", "have length greater than or equal to 1");
        }
        if (entries.size() > MAX_ENTRIES) {
            throw Constraints.unquotedViolation("records", "have length less than or equal to " + MAX_ENTRIES);
        }
        List<Incoming> records = new ArrayList<>(entries.size());
        long bytes = 0;
        for (PutRecordsRequestEntry entry : entries) {
            Incoming record = incoming(entry, ENTRY_MEMBERS.get(records.size()), stream);
            bytes += record.bytes();
            records.add(record);
        }
        if (bytes > MAX_REQUEST_BYTES) {
            throw ServiceError.invalidArgument("Records size exceeds 10 MB limit");
        }
        return records;
    }

    private Incoming incoming(PutRecordsRequestEntry entry, String member, EmulatedStream stream) {
        SdkBytes data = Constraints.required(entry.data(), member, "data");
        Constraints.partitionKey(entry.partitionKey(), member);
        byte[] key = entry.partitionKey().getBytes(StandardCharsets.UTF_8);
        int bytes = data.asByteArrayUnsafe().length + key.length;
        if (bytes > stream.maxRecordBytes()) {
            throw Constraints.unquotedViolation(
                    member + "data",
                    "have length less than or equal to " + stream.maxRecordBytes()
                            + ", partition key included, but has " + bytes);
        }
        HashKey hashKey = entry.explicitHashKey() == null
                ? HashKey.ofDigest(md5.digest(key))
                : Constraints.hashKey(entry.explicitHashKey(), member, "ExplicitHashKey");
        // Copied, as a wire would: a caller may use its buffer again.
        return new Incoming(entry, hashKey, SdkBytes.fromByteArrayUnsafe(data.asByteArray()), bytes);
    }

    private String append(Incoming record, EmulatedShard shard) {
        // A wall clock may go back, arrivals in a shard's log may not: they are searched by time.
        long arrival = Math.max(streams.nowMillis(), shard.lastArrivalMillis());
        PutRecordsRequestEntry entry = record.entry();
        return shard.append(new LogEntry(entry.partitionKey(), entry.explicitHashKey(), record.data(), arrival));
    }

    private static PutRecordsResultEntry refused(String code, EmulatedShard shard, EmulatedStream stream) {
        String message = code.equals("ProvisionedThroughputExceededException")
                ? "Rate exceeded for shard " + shard.id() + " in stream "
                        + stream.name().inMessages() + "."
                : "Internal Service Failure";
        return PutRecordsResultEntry.builder()
                .errorCode(code)
                .errorMessage(message)
                .build();
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
