package io.shardline.testkit;

import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.EnhancedMetrics;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamModeDetails;

/**
 * What can be changed about a stream apart from its shards, and how often it was.
 *
 * <p>Confined to the engine's lock.
 */
final class StreamSettings {
    static final int KIB = 1024;
    static final int MIN_RECORD_KIB = 1024;
    static final int DEFAULT_RETENTION_HOURS = 24;

    private static final long HOUR_MILLIS = 60L * 60 * 1000;

    private final TreeMap<String, String> tags = new TreeMap<>();
    private final TreeSet<String> metrics = new TreeSet<>();
    private final RollingCount scalings = new RollingCount(Quotas.SCALINGS_PER_DAY, Quotas.DAY_MILLIS);
    private final RollingCount modeChanges = new RollingCount(Quotas.MODE_CHANGES_PER_DAY, Quotas.DAY_MILLIS);
    private final RollingCount encryptionStarts =
            new RollingCount(Quotas.ENCRYPTION_CHANGES_PER_DAY, Quotas.DAY_MILLIS);
    private final RollingCount encryptionStops = new RollingCount(Quotas.ENCRYPTION_CHANGES_PER_DAY, Quotas.DAY_MILLIS);
    private StreamMode mode = StreamMode.PROVISIONED;
    private int maxRecordBytes = MIN_RECORD_KIB * KIB;
    private int retentionHours = DEFAULT_RETENTION_HOURS;
    private @Nullable String keyId;

    StreamSettings() {}

    boolean isOnDemand() {
        return mode == StreamMode.ON_DEMAND;
    }

    void mode(StreamMode changed) {
        mode = changed;
    }

    StreamModeDetails modeDetails() {
        return StreamModeDetails.builder().streamMode(mode).build();
    }

    /** Data plus partition key of a record may be this large. */
    int maxRecordBytes() {
        return maxRecordBytes;
    }

    void maxRecordBytes(int bytes) {
        maxRecordBytes = bytes;
    }

    int retentionHours() {
        return retentionHours;
    }

    void retentionHours(int hours) {
        retentionHours = hours;
    }

    long retentionMillis() {
        return retentionHours * HOUR_MILLIS;
    }

    /** The key that records are encrypted with, null if they are not. */
    @Nullable
    String keyId() {
        return keyId;
    }

    void keyId(@Nullable String changed) {
        keyId = changed;
    }

    boolean isEncrypted() {
        return keyId != null;
    }

    EncryptionType encryptionType() {
        return isEncrypted() ? EncryptionType.KMS : EncryptionType.NONE;
    }

    /** The metrics of single shards that are switched on. */
    NavigableSet<String> metrics() {
        return metrics;
    }

    EnhancedMetrics enhancedMetrics() {
        return EnhancedMetrics.builder().shardLevelMetricsWithStrings(metrics).build();
    }

    /** Tags of the stream, by key. */
    Map<String, String> tags() {
        return tags;
    }

    RollingCount scalings() {
        return scalings;
    }

    RollingCount modeChanges() {
        return modeChanges;
    }

    RollingCount encryptionStarts() {
        return encryptionStarts;
    }

    RollingCount encryptionStops() {
        return encryptionStops;
    }
}
