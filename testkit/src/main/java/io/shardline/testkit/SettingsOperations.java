package io.shardline.testkit;

import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.DecreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.DisableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.DisableEnhancedMonitoringResponse;
import software.amazon.awssdk.services.kinesis.model.EnableEnhancedMonitoringRequest;
import software.amazon.awssdk.services.kinesis.model.EnableEnhancedMonitoringResponse;
import software.amazon.awssdk.services.kinesis.model.EncryptionType;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodRequest;
import software.amazon.awssdk.services.kinesis.model.IncreaseStreamRetentionPeriodResponse;
import software.amazon.awssdk.services.kinesis.model.MetricsName;
import software.amazon.awssdk.services.kinesis.model.StartStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.StartStreamEncryptionResponse;
import software.amazon.awssdk.services.kinesis.model.StopStreamEncryptionRequest;
import software.amazon.awssdk.services.kinesis.model.StopStreamEncryptionResponse;
import software.amazon.awssdk.services.kinesis.model.StreamMode;
import software.amazon.awssdk.services.kinesis.model.StreamModeDetails;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateMaxRecordSizeResponse;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamModeRequest;
import software.amazon.awssdk.services.kinesis.model.UpdateStreamModeResponse;

/**
 * Changes of a stream's settings: record size, retention, capacity mode, encryption, monitoring.
 *
 * <p>Confined to the engine's lock.
 */
final class SettingsOperations {
    private static final int MAX_RECORD_KIB = 10 * 1024;
    private static final int MIN_RETENTION_HOURS = 24;
    private static final int MAX_RETENTION_HOURS = 8760;
    private static final int MAX_KEY_ID_LENGTH = 2048;

    private final Streams streams;

    SettingsOperations(Streams streams) {
        this.streams = streams;
    }

    UpdateMaxRecordSizeResponse.Builder updateMaxRecordSize(UpdateMaxRecordSizeRequest request) {
        int kib = Constraints.required(request.maxRecordSizeInKiB(), "", "maxRecordSizeInKiB");
        int bytes = recordBytes(kib);
        EmulatedStream stream = streams.getActive(null, request.streamARN());
        stream.update(streams.changeMillis(), at -> stream.settings().maxRecordBytes(bytes));
        return UpdateMaxRecordSizeResponse.builder();
    }

    /** The largest record in bytes that a request asks for, or the default. */
    static int recordBytes(@Nullable Integer kib) {
        if (kib == null) {
            return StreamSettings.MIN_RECORD_KIB * StreamSettings.KIB;
        }
        Constraints.range(kib, "maxRecordSizeInKiB", StreamSettings.MIN_RECORD_KIB, MAX_RECORD_KIB);
        return kib * StreamSettings.KIB;
    }

    IncreaseStreamRetentionPeriodResponse.Builder increaseRetention(IncreaseStreamRetentionPeriodRequest request) {
        int hours = retentionHours(request.retentionPeriodHours());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        int current = stream.settings().retentionHours();
        if (hours < current) {
            throw ServiceError.invalidArgument("Requested retention period (" + hours + " hours) for stream "
                    + stream.name().name() + " can not be shorter than existing retention period (" + current
                    + " hours). Use DecreaseRetentionPeriod API.");
        }
        changeRetention(stream, hours);
        return IncreaseStreamRetentionPeriodResponse.builder();
    }

    DecreaseStreamRetentionPeriodResponse.Builder decreaseRetention(DecreaseStreamRetentionPeriodRequest request) {
        int hours = retentionHours(request.retentionPeriodHours());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        int current = stream.settings().retentionHours();
        if (hours > current) {
            throw ServiceError.invalidArgument("Requested retention period (" + hours + " hours) for stream "
                    + stream.name().name() + " can not be longer than existing retention period (" + current
                    + " hours). Use IncreaseRetentionPeriod API.");
        }
        changeRetention(stream, hours);
        return DecreaseStreamRetentionPeriodResponse.builder();
    }

    private static int retentionHours(@Nullable Integer wanted) {
        int hours = Constraints.required(wanted, "", "retentionPeriodHours");
        if (hours < MIN_RETENTION_HOURS) {
            throw ServiceError.invalidArgument("Minimum allowed retention period is " + MIN_RETENTION_HOURS
                    + " hours. Requested retention period (" + hours + " hours) is too short.");
        }
        if (hours > MAX_RETENTION_HOURS) {
            throw ServiceError.invalidArgument("Maximum allowed retention period is " + MAX_RETENTION_HOURS
                    + " hours. Requested retention period (" + hours + " hours) is too long.");
        }
        return hours;
    }

    private void changeRetention(EmulatedStream stream, int hours) {
        stream.update(streams.changeMillis(), at -> {
            // What is too old by the old period must not come back.
            stream.trim(at);
            stream.settings().retentionHours(hours);
            stream.trim(at);
        });
    }

    UpdateStreamModeResponse.Builder updateMode(UpdateStreamModeRequest request) {
        Constraints.required(request.streamARN(), "", "streamARN");
        StreamMode mode = mode(Constraints.required(request.streamModeDetails(), "", "streamModeDetails"));
        EmulatedStream stream = streams.getActive(null, request.streamARN());
        StreamSettings settings = stream.settings();
        Quotas quotas = streams.quotas();
        if (mode == StreamMode.ON_DEMAND && !settings.isOnDemand()) {
            limitOnDemand();
        }
        if (quotas.on(Quota.MODE_CHANGES_PER_DAY) && !settings.modeChanges().take(streams.nowMillis())) {
            throw ServiceError.limitExceeded("The capacity mode of stream "
                    + stream.name().inMessages() + " can be changed " + Quotas.MODE_CHANGES_PER_DAY
                    + " times in 24 hours.");
        }
        stream.update(streams.changeMillis(), at -> settings.mode(mode));
        return UpdateStreamModeResponse.builder();
    }

    /** The capacity mode that a request asks for. */
    static StreamMode mode(StreamModeDetails details) {
        StreamMode mode = details.streamMode();
        if (mode == null || mode == StreamMode.UNKNOWN_TO_SDK_VERSION) {
            throw Constraints.violation(
                    details.streamModeAsString(),
                    "streamModeDetails.streamMode",
                    "satisfy enum value set: [PROVISIONED, ON_DEMAND]");
        }
        return mode;
    }

    /** Refuses one more stream of mode ON_DEMAND if there are as many as there may be. */
    void limitOnDemand() {
        streams.quotas()
                .limit(
                        Quota.ON_DEMAND_STREAMS,
                        streams.onDemandStreams() + 1L,
                        Quotas.MAX_ON_DEMAND_STREAMS,
                        "Too many streams of mode ON_DEMAND.");
    }

    StartStreamEncryptionResponse.Builder startEncryption(StartStreamEncryptionRequest request) {
        String keyId = encryption(request.encryptionTypeAsString(), request.keyId());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        limitEncryption(stream.settings().encryptionStarts(), stream);
        stream.update(streams.changeMillis(), at -> stream.settings().keyId(keyId));
        return StartStreamEncryptionResponse.builder();
    }

    StopStreamEncryptionResponse.Builder stopEncryption(StopStreamEncryptionRequest request) {
        encryption(request.encryptionTypeAsString(), request.keyId());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        limitEncryption(stream.settings().encryptionStops(), stream);
        stream.update(streams.changeMillis(), at -> stream.settings().keyId(null));
        return StopStreamEncryptionResponse.builder();
    }

    private static String encryption(@Nullable String type, @Nullable String keyId) {
        if (!EncryptionType.KMS.toString().equals(Constraints.required(type, "", "encryptionType"))) {
            throw Constraints.violation(type, "encryptionType", "satisfy enum value set: [KMS]");
        }
        String key = Constraints.required(keyId, "", "keyId");
        Constraints.length(key, "", "keyId", MAX_KEY_ID_LENGTH);
        return key;
    }

    private void limitEncryption(RollingCount changes, EmulatedStream stream) {
        if (streams.quotas().on(Quota.ENCRYPTION_CHANGES_PER_DAY) && !changes.take(streams.nowMillis())) {
            throw ServiceError.limitExceeded("The encryption of stream "
                    + stream.name().inMessages() + " can be changed " + Quotas.ENCRYPTION_CHANGES_PER_DAY
                    + " times in 24 hours.");
        }
    }

    EnableEnhancedMonitoringResponse.Builder enableMonitoring(EnableEnhancedMonitoringRequest request) {
        List<String> named = metrics(request.shardLevelMetricsAsStrings());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        List<String> before = List.copyOf(stream.settings().metrics());
        stream.settings().metrics().addAll(named);
        return EnableEnhancedMonitoringResponse.builder()
                .streamName(stream.name().name())
                .streamARN(stream.name().arn())
                .currentShardLevelMetricsWithStrings(before)
                .desiredShardLevelMetricsWithStrings(stream.settings().metrics());
    }

    DisableEnhancedMonitoringResponse.Builder disableMonitoring(DisableEnhancedMonitoringRequest request) {
        List<String> named = metrics(request.shardLevelMetricsAsStrings());
        EmulatedStream stream = streams.getActive(request.streamName(), request.streamARN());
        List<String> before = List.copyOf(stream.settings().metrics());
        stream.settings().metrics().removeAll(new TreeSet<>(named));
        return DisableEnhancedMonitoringResponse.builder()
                .streamName(stream.name().name())
                .streamARN(stream.name().arn())
                .currentShardLevelMetricsWithStrings(before)
                .desiredShardLevelMetricsWithStrings(stream.settings().metrics());
    }

    private static List<String> metrics(List<String> named) {
        if (named.isEmpty()) {
            throw Constraints.violation("[]", "shardLevelMetrics", "have length greater than or equal to 1");
        }
        List<String> known = MetricsName.knownValues().stream()
                .filter(metric -> metric != MetricsName.ALL)
                .map(MetricsName::toString)
                .sorted()
                .toList();
        for (String metric : named) {
            if (!metric.equals(MetricsName.ALL.toString()) && !known.contains(metric)) {
                throw Constraints.violation(metric, "shardLevelMetrics", "satisfy enum value set: " + known);
            }
        }
        return named.contains(MetricsName.ALL.toString()) ? known : named;
    }
}
