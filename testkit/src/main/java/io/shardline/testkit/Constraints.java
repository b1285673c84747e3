package io.shardline.testkit;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The service's input validation, in the words in which it answers.
 *
 * <p>The service lists all violations of a request, this one names the first. Nothing here costs anything for good input
 * that is put by the hundred thousand. Immutable.
 */
final class Constraints {
    private static final int MAX_NAME_LENGTH = 128;
    private static final int MAX_PARTITION_KEY_LENGTH = 256;
    private static final String NAME_PATTERN = "[a-zA-Z0-9_.-]+";
    private static final String HASH_KEY_PATTERN = "0|([1-9]\\d{0,38})";
    private static final String SEQUENCE_NUMBER_PATTERN = "0|([1-9]\\d{0,128})";
    private static final Pattern SEQUENCE_NUMBER = Pattern.compile(SEQUENCE_NUMBER_PATTERN);
    private static final Pattern NAME = Pattern.compile(NAME_PATTERN);
    private static final Pattern HASH_KEY = Pattern.compile(HASH_KEY_PATTERN);

    private Constraints() {}

    static ServiceError violation(@Nullable Object value, String member, String rule) {
        String quoted = value == null ? "null" : "'" + value + "'";
        return violation("Value " + quoted + " at '" + member + "'", rule);
    }

    /** For values too large to be repeated. */
    static ServiceError unquotedViolation(String member, String rule) {
        return violation("Value at '" + member + "'", rule);
    }

    private static ServiceError violation(String subject, String rule) {
        return ServiceError.clientError(
                "ValidationException",
                "1 validation error detected: " + subject + " failed to satisfy constraint: Member must " + rule);
    }

    static <T> T required(@Nullable T value, String prefix, String member) {
        if (value == null) {
            throw violation(null, prefix + member, "not be null");
        }
        return value;
    }

    static void range(int value, String member, int least, int most) {
        if (value < least) {
            throw violation(value, member, "have value greater than or equal to " + least);
        }
        if (value > most) {
            throw violation(value, member, "have value less than or equal to " + most);
        }
    }

    /** A value within a range, or the default if none is given. */
    static int optional(@Nullable Integer value, String member, int most, int ifAbsent) {
        if (value == null) {
            return ifAbsent;
        }
        range(value, member, 1, most);
        return value;
    }

    static void streamName(@Nullable String name) {
        name(name, "streamName");
    }

    static void shardId(@Nullable String id, String member) {
        name(id, member);
    }

    /** A name from a request: of a stream, a shard or a consumer. */
    static void name(@Nullable String value, String member) {
        String name = required(value, "", member);
        length(name, "", member, MAX_NAME_LENGTH);
        if (!NAME.matcher(name).matches()) {
            throw violation(name, member, "satisfy regular expression pattern: " + NAME_PATTERN);
        }
    }

    /** Whether a record can have that partition key. */
    static boolean isPartitionKey(@Nullable String value) {
        return value != null && !value.isEmpty() && !isLonger(value, MAX_PARTITION_KEY_LENGTH);
    }

    /**
     * What is wrong with a partition key that is none.
     *
     * @param prefix where in the request it stands
     */
    static ServiceError partitionKeyViolation(@Nullable String value, String prefix) {
        String rule = value == null
                ? "not be null"
                : value.isEmpty()
                        ? "have length greater than or equal to 1"
                        : "have length less than or equal to " + MAX_PARTITION_KEY_LENGTH;
        return violation(value, prefix + "partitionKey", rule);
    }

    /** Refuses an empty text, and one that is too long. */
    static void length(String value, String prefix, String member, int most) {
        if (value.isEmpty()) {
            throw violation(value, prefix + member, "have length greater than or equal to 1");
        }
        if (isLonger(value, most)) {
            throw violation(value, prefix + member, "have length less than or equal to " + most);
        }
    }

    private static boolean isLonger(String value, int most) {
        // The service counts characters, Java counts surrogates: the precise count only where the two can disagree.
        return value.length() > most && value.codePointCount(0, value.length()) > most;
    }

    /** A sequence number from a request, as far as its digits go. */
    static void sequenceNumber(String value, String member) {
        if (!SEQUENCE_NUMBER.matcher(value).matches()) {
            throw violation(value, member, "satisfy regular expression pattern: " + SEQUENCE_NUMBER_PATTERN);
        }
    }

    /**
     * A hash key from a request.
     *
     * @param prefix where in the request it stands
     * @param argument how the service's message calls it
     */
    static HashKey hashKey(@Nullable String value, String prefix, String argument) {
        String member = Character.toLowerCase(argument.charAt(0)) + argument.substring(1);
        String digits = required(value, prefix, member);
        if (!HASH_KEY.matcher(digits).matches()) {
            throw violation(digits, prefix + member, "satisfy regular expression pattern: " + HASH_KEY_PATTERN);
        }
        BigInteger key = new BigInteger(digits);
        if (!HashKey.contains(key)) {
            throw ServiceError.invalidArgument("Invalid " + argument + ". " + argument
                    + " must be in the range: [0, 2^128-1]. Specified value was " + digits);
        }
        return HashKey.of(key);
    }
}
