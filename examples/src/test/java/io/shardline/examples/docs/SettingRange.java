package io.shardline.examples.docs;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The values that a builder takes for a setting: the rules by which it refuses extreme ones.
 *
 * <p>Stateless.
 */
final class SettingRange {

    private static final Pattern RULE = Pattern.compile("\\S+ must be (.*), was .*", Pattern.DOTALL);
    private static final Pattern PERIOD = Pattern.compile("PT[0-9.HMS]+");
    private static final Pattern NUMBER = Pattern.compile("\\b\\d{4,}\\b");
    private static final Pattern BETWEEN = Pattern.compile("between (.*) and (\\d{10,})");
    private static final int KIB = 1_024;

    private SettingRange() {}

    /** The rules in words, or an empty text if everything is taken. */
    static String of(Supplier<?> builder, Method setter) {
        Class<?> type = setter.getParameterCount() == 1 ? setter.getParameterTypes()[0] : Void.class;
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> "`" + constant + "`")
                    .collect(Collectors.joining(", "));
        }
        if (type == boolean.class) {
            return "`true`, `false`";
        }
        Set<String> rules = new LinkedHashSet<>();
        for (Object extreme : extremes(type)) {
            String rule = refusal(builder.get(), setter, extreme);
            if (!rule.isEmpty()) {
                rules.add(humanRule(rule));
            }
        }
        return String.join("; ", rules);
    }

    /** A value as people write it. */
    static String human(Object value) {
        if (value instanceof Duration duration) {
            return humanDuration(duration);
        }
        if (value instanceof Double number) {
            return number == Math.rint(number) ? Long.toString(Math.round(number)) : number.toString();
        }
        if (value instanceof Number number) {
            return humanNumber(number.longValue());
        }
        if (value instanceof Enum<?> constant) {
            return "`" + constant.getDeclaringClass().getSimpleName() + "." + constant.name() + "`";
        }
        return String.valueOf(value);
    }

    private static List<?> extremes(Class<?> type) {
        if (type == Duration.class) {
            return List.of(Duration.ofDays(-1), Duration.ofDays(100_000));
        }
        if (type == int.class) {
            return List.of(Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class) {
            return List.of(Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class) {
            return List.of(-1.0, 1e9);
        }
        return type == String.class ? List.of("", "@") : List.of();
    }

    /** What follows "must be" in the message, or an empty text if the value is taken. */
    private static String refusal(Object builder, Method setter, Object value) {
        try {
            Object set = setter.invoke(builder, value);
            set.getClass().getMethod("build").invoke(set);
            return "";
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException refused) {
                Matcher rule = RULE.matcher(String.valueOf(refused.getMessage()));
                if (rule.matches()) {
                    return rule.group(1);
                }
            }
            throw new IllegalStateException(setter + " of " + value, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String humanRule(String rule) {
        String periods = PERIOD.matcher(rule).replaceAll(period -> humanDuration(Duration.parse(period.group())));
        Matcher open = BETWEEN.matcher(periods);
        String closed = open.matches() ? "at least " + open.group(1) : periods;
        return NUMBER.matcher(closed).replaceAll(number -> humanNumber(Long.parseLong(number.group())));
    }

    private static String humanNumber(long number) {
        if (number >= KIB * KIB && number % (KIB * KIB) == 0) {
            return number / (KIB * KIB) + " MiB";
        }
        return number >= KIB && number % KIB == 0 ? number / KIB + " KiB" : String.format("%,d", number);
    }

    private static String humanDuration(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0";
        }
        long seconds = millis / 1_000;
        if (millis % 1_000 != 0) {
            return millis + " ms";
        }
        if (seconds % 86_400 == 0) {
            return seconds / 86_400 + " d";
        }
        if (seconds % 3_600 == 0) {
            return seconds / 3_600 + " h";
        }
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
}
