package io.shardline.consumer.internal.retrieve;

import io.shardline.runtime.Platform;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import software.amazon.awssdk.core.SdkResponse;

/**
 * The service's own clock, as its answers show it: what is compared with its retention must not depend on a worker's clock.
 *
 * <p>Thread-safe: it holds nothing.
 */
final class ServiceTime {

    private ServiceTime() {}

    /** When an answer was given, to a second; by the worker's clock if the answer does not say. */
    static Instant of(SdkResponse answer, Platform platform) {
        if (answer.sdkHttpResponse() != null) {
            String date = answer.sdkHttpResponse().firstMatchingHeader("Date").orElse("");
            try {
                return ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
            } catch (DateTimeParseException e) {
                // as if there was none
            }
        }
        return platform.wallClock().instant().truncatedTo(ChronoUnit.SECONDS);
    }
}
