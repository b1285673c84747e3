package io.shardline.testkit;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The rules that tags obey.
 *
 * <p>docs.aws.amazon.com/kinesis/latest/APIReference/API_AddTagsToStream.html. Immutable.
 */
final class Tags {
    private static final int MAX_KEY_LENGTH = 128;
    private static final int MAX_VALUE_LENGTH = 256;
    private static final int MAX_IN_A_CALL = 200;
    private static final Pattern ALLOWED = Pattern.compile("[\\p{L}\\p{Z}\\p{N}_.:/=+\\-%@]*");

    private Tags() {}

    /** Refuses tags that nothing can have. */
    static void check(Map<String, String> tags) {
        if (tags.size() > MAX_IN_A_CALL) {
            throw Constraints.unquotedViolation("tags", "have length less than or equal to " + MAX_IN_A_CALL);
        }
        tags.forEach((key, value) -> {
            checkKey(key);
            if (value != null && value.length() > MAX_VALUE_LENGTH) {
                throw Constraints.violation(value, "tags", "have length less than or equal to " + MAX_VALUE_LENGTH);
            }
            if (value != null && !ALLOWED.matcher(value).matches()) {
                throw invalid(value);
            }
        });
    }

    private static void checkKey(String key) {
        if (key.isEmpty()) {
            throw Constraints.violation(key, "tags", "have length greater than or equal to 1");
        }
        if (key.length() > MAX_KEY_LENGTH) {
            throw Constraints.violation(key, "tags", "have length less than or equal to " + MAX_KEY_LENGTH);
        }
        if (key.startsWith("aws:") || !ALLOWED.matcher(key).matches()) {
            throw invalid(key);
        }
    }

    private static ServiceError invalid(String text) {
        return ServiceError.invalidArgument("Some tags contain invalid characters. Valid characters: "
                + "Unicode letters, digits, white space, _ . / = + - % @; not beginning with aws:. Found: " + text);
    }

    /** Adds tags to others, replacing those of the same keys. */
    static void add(Map<String, String> to, Map<String, String> tags, Quotas quotas) {
        Set<String> keys = new TreeSet<>(to.keySet());
        keys.addAll(tags.keySet());
        if (quotas.on(Quota.TAGS) && keys.size() > Quotas.MAX_TAGS) {
            throw ServiceError.invalidArgument(
                    "A resource can have " + Quotas.MAX_TAGS + " tags, and would have " + keys.size() + ".");
        }
        tags.forEach((key, value) -> to.put(key, value == null ? "" : value));
    }

    /** Removes tags; those that are not there do no harm. */
    static void remove(Map<String, String> from, List<String> keys) {
        if (keys.isEmpty()) {
            throw Constraints.violation("[]", "tagKeys", "have length greater than or equal to 1");
        }
        keys.forEach(Tags::checkKey);
        keys.forEach(from::remove);
    }
}
