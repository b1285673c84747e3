package io.shardline.runtime.internal;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * What an exception from the AWS SDK says, in the words this code base decides on.
 *
 * <p>Codes are those of the Kinesis and DynamoDB API references. Thread-safe.
 */
public final class ServiceErrors {

    /** The code given to failures that never got an answer: refused connections, time-outs, broken streams. */
    public static final String NO_ANSWER = "NoAnswer";

    private static final Set<String> THROTTLES = Set.of(
            "ProvisionedThroughputExceededException",
            "LimitExceededException",
            "KMSThrottlingException",
            "ThrottlingException",
            "Throttling",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "SlowDown");

    private static final Set<String> PASSING = Set.of(
            "InternalFailure",
            "InternalFailureException",
            "ServiceUnavailable",
            "ResourceInUseException",
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "RequestTimeout",
            "RequestTimeoutException");

    /** How the SDK's credentials providers begin when they have none. */
    private static final Pattern NO_CREDENTIALS = Pattern.compile("(Unable|Failed) to load credentials\\b");

    /** How the SDK's HTTP clients begin when they have no connection for a request. */
    private static final Pattern NONE_ACQUIRED =
            Pattern.compile("Acquire operation took longer than the configured maximum time"
                    + "|Maximum pending connection acquisitions exceeded");

    /** Exceptions are looked into so deep; a longer chain goes round in a circle. */
    private static final int MOST_CAUSES = 20;

    private ServiceErrors() {}

    /** The exception inside the wrappers that futures put around it. */
    public static Throwable cause(Throwable thrown) {
        Throwable inner = thrown;
        while ((inner instanceof CompletionException || inner instanceof ExecutionException)
                && inner.getCause() != null) {
            inner = inner.getCause();
        }
        return inner;
    }

    /** The service's error code, {@link #NO_ANSWER} if there was no answer, else the simple class name. */
    public static String code(Throwable thrown) {
        Throwable inner = cause(thrown);
        if (inner instanceof AwsServiceException service) {
            if (service.awsErrorDetails() != null && service.awsErrorDetails().errorCode() != null) {
                return service.awsErrorDetails().errorCode();
            }
            return "Status" + service.statusCode();
        }
        return inner instanceof SdkClientException
                ? NO_ANSWER
                : inner.getClass().getSimpleName();
    }

    /** The service's message, or the exception's own. */
    public static String message(Throwable thrown) {
        Throwable inner = cause(thrown);
        if (inner instanceof AwsServiceException service && service.awsErrorDetails() != null) {
            String message = service.awsErrorDetails().errorMessage();
            return message != null ? message : code(inner);
        }
        String message = inner.getMessage();
        return message != null ? message : inner.getClass().getSimpleName();
    }

    /** Whether the SDK says that it found no credentials; it sent nothing then. */
    public static boolean lacksCredentials(Throwable thrown) {
        return isFoundInClientFailure(
                thrown, inner -> inner instanceof SdkClientException && begins(inner, NO_CREDENTIALS));
    }

    /** Whether there was surely no connection to send anything on: refused, host unknown, or none free in time. */
    public static boolean lacksConnection(Throwable thrown) {
        return isFoundInClientFailure(
                thrown,
                inner -> inner instanceof ConnectException
                        || inner instanceof UnknownHostException
                        || begins(inner, NONE_ACQUIRED));
    }

    private static boolean isFoundInClientFailure(Throwable thrown, Predicate<Throwable> wanted) {
        Throwable outer = cause(thrown);
        return outer instanceof SdkClientException
                && Stream.iterate(outer, Objects::nonNull, Throwable::getCause)
                        .limit(MOST_CAUSES)
                        .anyMatch(wanted);
    }

    private static boolean begins(Throwable thrown, Pattern beginning) {
        String message = thrown.getMessage();
        return message != null && beginning.matcher(message).lookingAt();
    }

    /** Whether the service asked for less. */
    public static boolean isThrottle(String code) {
        return THROTTLES.contains(code);
    }

    /** Whether the same call may well succeed later: throttles, failures of the service, calls without an answer. */
    public static boolean isTransient(Throwable thrown) {
        Throwable inner = cause(thrown);
        if (inner instanceof AwsServiceException service && service.statusCode() >= 500) {
            return true;
        }
        String code = code(inner);
        return isThrottle(code) || PASSING.contains(code) || code.equals(NO_ANSWER);
    }
}
