package io.shardline.producer.internal;

import io.shardline.aggregation.HashKey;
import io.shardline.aggregation.HashKeyRange;
import io.shardline.producer.ProducerConfig;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.Shard;

/**
 * Sees from the outside whether every shard gets no more than its share, for streams whose shards do not change. Confined to
 * the simulation's thread.
 */
final class RateWitness {

    private final ProducerWorld world;
    private final double share;
    private final Map<HashKeyRange, Account> accounts = new LinkedHashMap<>();

    /** What one shard may still get: a second's worth at most. */
    private static final class Account {

        private double records;
        private double bytes;
        private long at;
    }

    RateWitness(ProducerWorld world, ProducerConfig config) {
        this.world = world;
        this.share = config.rateLimitPercent() / 100.0;
        for (Shard shard : world.kinesis.shards(ProducerWorld.STREAM)) {
            Account account = new Account();
            account.records = LaneRate.RECORDS_PER_SECOND * share;
            account.bytes = LaneRate.BYTES_PER_SECOND * share;
            accounts.put(ProducerSimulation.range(shard), account);
        }
        world.client.answered = this::answered;
    }

    static long size(PutRecordsRequestEntry entry) {
        return (long) entry.data().asByteArrayUnsafe().length
                + entry.partitionKey().length();
    }

    void sent(PutRecordsRequest request) {
        // A load may make debts, so the account is looked at before all entries of the request.
        for (PutRecordsRequestEntry entry : request.records()) {
            Account account = refilled(entry);
            double slack = 0.05;
            Invariant.RATES.check(
                    account.records > -slack * LaneRate.RECORDS_PER_SECOND * share
                            && account.bytes > -slack * LaneRate.BYTES_PER_SECOND * share,
                    account.records + " records, " + account.bytes + " bytes left");
        }
        request.records().forEach(entry -> book(entry, -1));
    }

    /** What was refused as too much did not count. */
    private void answered(PutRecordsRequest request, @Nullable PutRecordsResponse answer) {
        for (int i = 0; i < request.records().size(); i++) {
            boolean stored = answer != null
                    && i < answer.records().size()
                    && answer.records().get(i).sequenceNumber() != null;
            if (!stored) {
                book(request.records().get(i), 1);
            }
        }
    }

    private void book(PutRecordsRequestEntry entry, int sign) {
        Account account = refilled(entry);
        account.records += sign;
        account.bytes += sign * (double) size(entry);
    }

    private Account refilled(PutRecordsRequestEntry entry) {
        HashKey hashKey = HashKey.parse(entry.explicitHashKey());
        Account account = accounts.entrySet().stream()
                .filter(each -> each.getKey().contains(hashKey))
                .findFirst()
                .orElseThrow()
                .getValue();
        double seconds = (world.time.nowNanos() - account.at) / 1e9;
        account.at = world.time.nowNanos();
        account.records = Math.min(
                LaneRate.RECORDS_PER_SECOND * share, account.records + seconds * LaneRate.RECORDS_PER_SECOND * share);
        account.bytes = Math.min(
                LaneRate.BYTES_PER_SECOND * share, account.bytes + seconds * LaneRate.BYTES_PER_SECOND * share);
        return account;
    }
}
