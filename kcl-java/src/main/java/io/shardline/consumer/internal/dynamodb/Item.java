package io.shardline.consumer.internal.dynamodb;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.ImmutableSortedSet;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * A row as the service gives it, read by name and type.
 *
 * <p>Every getter throws an {@link IllegalArgumentException} that names the attribute, its value and the rule when the row
 * does not have what is asked for; others may write to the table, so nothing is taken for granted. Immutable.
 */
record Item(Map<String, AttributeValue> attributes) {

    private static final int NANO_DIGITS_OF_A_MILLI = 6;

    /** DynamoDB gives 38 digits, a sign, a point and an exponent; reading a number takes time quadratic in its digits. */
    private static final int MAX_NUMBER_LENGTH = 64;

    /** The row's key; the table's schema makes sure that it is there. */
    String key() {
        return string(Attributes.KEY);
    }

    boolean has(String name) {
        return attributes.containsKey(name);
    }

    boolean isNull(String name) {
        AttributeValue value = attributes.get(name);
        return value != null && Boolean.TRUE.equals(value.nul());
    }

    String string(String name) {
        String value = optionalString(name);
        if (value == null) {
            throw malformed(name, "a string");
        }
        return value;
    }

    @Nullable
    String optionalString(String name) {
        AttributeValue value = attributes.get(name);
        if (value != null && value.s() == null) {
            throw malformed(name, "a string");
        }
        return value == null ? null : value.s();
    }

    /** False when it is not there. */
    boolean flag(String name) {
        AttributeValue value = attributes.get(name);
        if (value != null && value.bool() == null) {
            throw malformed(name, "true or false");
        }
        return value != null && value.bool();
    }

    long number(String name) {
        return whole(name, attributes.get(name));
    }

    long number(String name, long unlessThere) {
        return has(name) ? number(name) : unlessThere;
    }

    int count(String name, int unlessThere) {
        return toCount(name, number(name, unlessThere));
    }

    /** Milliseconds, perhaps with a fraction, in nanoseconds. */
    long positiveMillisAsNanos(String name) {
        try {
            long nanos = decimal(attributes.get(name))
                    .movePointRight(NANO_DIGITS_OF_A_MILLI)
                    .longValueExact();
            if (nanos > 0) {
                return nanos;
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw malformed(name, "a positive number of milliseconds");
        }
        throw malformed(name, "a positive number of milliseconds");
    }

    @Nullable
    Instant optionalInstant(String name) {
        String value = optionalString(name);
        try {
            return value == null ? null : Instant.parse(value);
        } catch (DateTimeParseException e) {
            throw malformed(name, "a time such as 2026-01-31T12:00:00Z");
        }
    }

    /** A set of strings, sorted; empty if there is none, as the service does not store empty sets. */
    ImmutableSet<String> strings(String name) {
        AttributeValue value = attributes.get(name);
        if (value != null && !value.hasSs()) {
            throw malformed(name, "a set of strings");
        }
        return value == null ? ImmutableSet.of() : ImmutableSortedSet.copyOf(value.ss());
    }

    /** A map from strings to whole numbers; empty if there is none. */
    ImmutableMap<String, Long> numbers(String name) {
        AttributeValue value = attributes.get(name);
        if (value != null && !value.hasM()) {
            throw malformed(name, "a map of whole numbers");
        }
        ImmutableMap.Builder<String, Long> numbers = ImmutableMap.builder();
        if (value != null) {
            value.m().forEach((key, number) -> numbers.put(key, whole(name, number)));
        }
        return numbers.buildOrThrow();
    }

    /** As {@link #numbers} where each number fits an int and is not negative. */
    ImmutableMap<String, Integer> counts(String name) {
        ImmutableMap.Builder<String, Integer> counts = ImmutableMap.builder();
        numbers(name).forEach((key, number) -> counts.put(key, toCount(name, number)));
        return counts.buildOrThrow();
    }

    /** The texts of a map from strings to texts, without what is none; null if there is no such attribute. */
    @Nullable
    ImmutableMap<String, String> texts(String name) {
        AttributeValue value = attributes.get(name);
        if (value == null) {
            return null;
        }
        ImmutableMap.Builder<String, String> texts = ImmutableMap.builder();
        value.m().forEach((key, text) -> {
            if (text.s() != null) {
                texts.put(key, text.s());
            }
        });
        return texts.buildOrThrow();
    }

    private long whole(String name, @Nullable AttributeValue value) {
        try {
            return decimal(value).longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw malformed(name, "a whole number of 64 bits");
        }
    }

    private int toCount(String name, long number) {
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw malformed(name, "a whole number from 0 to " + Integer.MAX_VALUE);
        }
        return (int) number;
    }

    private static BigDecimal decimal(@Nullable AttributeValue value) {
        if (value == null || value.n() == null) {
            throw new NumberFormatException("not a number");
        }
        if (value.n().length() > MAX_NUMBER_LENGTH) {
            throw new NumberFormatException("a number of " + value.n().length() + " characters");
        }
        return new BigDecimal(value.n());
    }

    IllegalArgumentException malformed(String name, String rule) {
        AttributeValue value = attributes.get(name);
        return new IllegalArgumentException("attribute '" + name + "' must be " + rule + ", was "
                + (value == null ? "absent" : Printable.of(value.toString())));
    }
}
