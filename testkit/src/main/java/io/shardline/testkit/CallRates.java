package io.shardline.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often a second each control operation may be called.
 *
 * <p>Rates are the service's, from the API reference of each operation, by account or by stream. Confined to the engine's
 * lock.
 */
final class CallRates {
    private static final Map<String, Rate> RATES = rates();

    private final Map<String, Allowance> allowances = new LinkedHashMap<>();

    /** Calls a second, of one stream or of all together. */
    private record Rate(int perSecond, boolean byStream) {}

    CallRates() {}

    private static Map<String, Rate> rates() {
        Map<String, Rate> rates = new LinkedHashMap<>();
        for (String operation : new String[] {
            "AddTagsToStream",
            "CreateStream",
            "DeleteStream",
            "ListStreams",
            "ListTagsForStream",
            "MergeShards",
            "RegisterStreamConsumer",
            "RemoveTagsFromStream",
            "SplitShard",
            "TagResource",
            "UntagResource",
            "ListTagsForResource",
            "UpdateStreamMode",
            "UpdateMaxRecordSize"
        }) {
            rates.put(operation, new Rate(5, false));
        }
        for (String operation : new String[] {
            "DecreaseStreamRetentionPeriod",
            "DeregisterStreamConsumer",
            "DisableEnhancedMonitoring",
            "EnableEnhancedMonitoring",
            "IncreaseStreamRetentionPeriod",
            "ListStreamConsumers"
        }) {
            rates.put(operation, new Rate(5, true));
        }
        rates.put("DescribeLimits", new Rate(1, false));
        rates.put("DescribeStream", new Rate(10, false));
        rates.put("DescribeStreamConsumer", new Rate(20, true));
        rates.put("DescribeStreamSummary", new Rate(20, false));
        rates.put("ListShards", new Rate(1000, true));
        rates.put("UpdateShardCount", new Rate(10, false));
        return rates;
    }

    /**
     * Counts a call, and refuses it if there were too many.
     *
     * @param stream the stream that it means, if there is that one
     */
    void count(String operation, @Nullable EmulatedStream stream, long nowMillis) {
        Rate rate = RATES.get(operation);
        if (rate == null || (rate.byStream() && stream == null)) {
            return;
        }
        String key = rate.byStream() && stream != null
                ? operation + " " + stream.name().name()
                : operation;
        Allowance allowance = allowances.computeIfAbsent(key, k -> new Allowance(rate.perSecond(), nowMillis));
        if (!allowance.take(1, nowMillis)) {
            throw ServiceError.limitExceeded(
                    stream == null
                            ? "Rate exceeded for " + operation + "."
                            : "Rate exceeded for stream " + stream.name().inMessages() + ".");
        }
    }
}
