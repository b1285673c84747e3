package io.shardline.runtime.internal;

import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
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
