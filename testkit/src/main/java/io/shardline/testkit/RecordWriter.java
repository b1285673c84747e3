package io.shardline.testkit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
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
    private static final String THROTTLED = "ProvisionedThroughputExceededException";

    private final Streams streams;
    private final MessageDigest md5 = md5();

    /** Decides which entries of a request are refused although there is room for them. */
    @FunctionalInterface
    interface Admission {
        /** Lets everything in. */
        Admission ALL = index -> null;

        /** The error code for an entry, or null to let it in. */
        @Nullable
        String refusal(int index);
    }

    /** One valid record on its way to a shard. */
    private record Incoming(PutRecordsRequestEntry entry, HashKey hashKey, int bytes) {}

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
        Incoming record = incoming(entry, -1, stream);
        EmulatedShard shard = stream.route(record.hashKey());
        if (!shard.traffic().admitWrite(record.bytes(), streams.quotas(), streams.nowMillis())) {
            throw ServiceError.throughputExceeded(rateExceeded(shard, stream));
        }
        return PutRecordResponse.builder()
                .shardId(shard.id())
                .sequenceNumber(append(record, shard, stream))
                .encryptionType(encryption(stream));
    }

    PutRecordsResponse.Builder putRecords(PutRecordsRequest request, Admission admission) {
        EmulatedStream stream = streams.getReadable(request.streamName(), request.streamARN());
        List<Incoming> records = incoming(request, stream);
        List<PutRecordsResultEntry> results = new ArrayList<>(records.size());
        Quotas quotas = streams.quotas();
        long now = streams.nowMillis();
        int failed = 0;
        for (int i = 0; i < records.size(); i++) {
            Incoming record = records.get(i);
            EmulatedShard shard = stream.route(record.hashKey());
            String refusal = admission.refusal(i);
            if (refusal == null && !shard.traffic().admitWrite(record.bytes(), quotas, now)) {
                refusal = THROTTLED;
            }
            if (refusal == null) {
                results.add(PutRecordsResultEntry.builder()
                        .shardId(shard.id())
                        .sequenceNumber(append(record, shard, stream))
                        .build());
            } else {
                failed++;
                results.add(refused(refusal, shard, stream));
            }
        }
        return PutRecordsResponse.builder()
                .failedRecordCount(failed)
                .records(results)
                .encryptionType(encryption(stream));
    }

    private static @Nullable EncryptionType encryption(EmulatedStream stream) {
        return stream.settings().isEncrypted() ? EncryptionType.KMS : null;
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
        Quotas quotas = streams.quotas();
        if (quotas.on(Quota.REQUEST_ENTRIES) && entries.size() > Quotas.MAX_REQUEST_ENTRIES) {
            throw Constraints.unquotedViolation(
                    "records", "have length less than or equal to " + Quotas.MAX_REQUEST_ENTRIES);
        }
        List<Incoming> records = new ArrayList<>(entries.size());
        long bytes = 0;
        for (PutRecordsRequestEntry entry : entries) {
            Incoming record = incoming(entry, records.size(), stream);
            bytes += record.bytes();
            records.add(record);
        }
        if (quotas.on(Quota.REQUEST_BYTES) && bytes > Quotas.MAX_REQUEST_BYTES) {
            throw ServiceError.invalidArgument("Records size exceeds 10 MB limit");
        }
        return records;
    }

    /**
     * Checks one record.
     *
     * @param index its place in the request, negative if it is the request
     */
    private Incoming incoming(PutRecordsRequestEntry entry, int index, EmulatedStream stream) {
        if (entry.data() == null) {
            throw Constraints.violation(null, member(index) + "data", "not be null");
        }
        if (!Constraints.isPartitionKey(entry.partitionKey())) {
            throw Constraints.partitionKeyViolation(entry.partitionKey(), member(index));
        }
        byte[] key = entry.partitionKey().getBytes(StandardCharsets.UTF_8);
        int bytes = entry.data().asByteArrayUnsafe().length + key.length;
        int most = stream.settings().maxRecordBytes();
        if (bytes > most && streams.quotas().on(Quota.RECORD_BYTES)) {
            throw Constraints.unquotedViolation(
                    member(index) + "data",
                    "have length less than or equal to " + most + ", partition key included, but has " + bytes);
        }
        HashKey hashKey = entry.explicitHashKey() == null
                ? HashKey.ofDigest(md5.digest(key))
                : Constraints.hashKey(entry.explicitHashKey(), member(index), "ExplicitHashKey");
        return new Incoming(entry, hashKey, bytes);
    }

    /** How validation errors call the members of an entry. */
    private static String member(int index) {
        return index < 0 ? "" : "records." + (index + 1) + ".member.";
    }

    /** The shard that a record would go to now; null if it is none that could be put. */
    @Nullable
    EmulatedShard route(PutRecordsRequestEntry entry, EmulatedStream stream) {
        try {
            return stream.route(incoming(entry, -1, stream).hashKey());
        } catch (ServiceError invalid) {
            return null;
        }
    }

    private String append(Incoming record, EmulatedShard shard, EmulatedStream stream) {
        // A wall clock may go back, arrivals in a shard's log may not: they are searched by time.
        long arrival = Math.max(streams.nowMillis(), shard.log().lastArrivalMillis());
        return shard.append(
                new ShardLog.Entry(record.entry(), arrival, stream.settings().isEncrypted()));
    }

    private static PutRecordsResultEntry refused(String code, EmulatedShard shard, EmulatedStream stream) {
        String message = code.equals(THROTTLED) ? rateExceeded(shard, stream) : "Internal Service Failure";
        return PutRecordsResultEntry.builder()
                .errorCode(code)
                .errorMessage(message)
                .build();
    }

    /** What the service says when a shard has had enough. */
    static String rateExceeded(EmulatedShard shard, EmulatedStream stream) {
        return "Rate exceeded for shard " + shard.id() + " in stream "
                + stream.name().inMessages() + ".";
    }

    private static MessageDigest md5() {
        try {
            return MessageDigest.getInstance("MD5");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
