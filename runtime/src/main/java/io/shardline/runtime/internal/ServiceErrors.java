package io.shardline.runtime.internal;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.List;
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

    /**
     * Refusals of the signature or of the key: passing where a key is new, a clock is wrong or an emulator is starting, and
     * permanent otherwise.
     */
    private static final Set<String> DOUBTED = Set.of(
            "IncompleteSignature",
            "IncompleteSignatureException",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException");

    /** Refusals that no AWS service words like that: from proxies, and from emulators that are starting. */
    private static final Set<String> FOREIGN = Set.of("Status403", "Status404", "Status407", "Status421");

    private static final String REMOVED = "(removed)";
    private static final String SERVICES = "software.amazon.awssdk.services.";

    /** Where the exceptions are from that the services called here throw; those of other services are about credentials. */
    private static final List<String> CALLED = List.of(SERVICES + "kinesis.", SERVICES + "dynamodb.");

    /** What a signature mismatch quotes, with the session token in it. */
    private static final Pattern CANONICAL =
            Pattern.compile("(?s)The Canonical String for this request should have been.*");

    /** A session token in any other message: by its name, or a run of characters longer than any name. */
    private static final Pattern TOKEN =
            Pattern.compile("(?i)(x-amz-security-token[\"']?\\s*[:=]\\s*[\"']?)[^\\s\"'&,;]+|[A-Za-z0-9+/=%_-]{150,}");

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
        return withoutSecrets(inner);
    }

    private static Throwable withoutSecrets(Throwable thrown) {
        if (!(thrown instanceof AwsServiceException service) || service.awsErrorDetails() == null) {
            return thrown;
        }
        String message = service.awsErrorDetails().errorMessage();
        if (message == null || message.equals(withoutSecrets(message))) {
            return thrown;
        }
        AwsServiceException redacted = service.toBuilder()
                .awsErrorDetails(service.awsErrorDetails().toBuilder()
                        .errorMessage(withoutSecrets(message))
                        .rawResponse(null)
                        .build())
                .message(withoutSecrets(String.valueOf(service.getMessage())))
                .build();
        redacted.setStackTrace(service.getStackTrace());
        return redacted;
    }

    private static String withoutSecrets(String message) {
        String uncanonical = CANONICAL.matcher(message).replaceAll("(what was signed is left out)");
        return TOKEN.matcher(uncanonical)
                .replaceAll(found -> found.group(1) == null ? REMOVED : found.group(1) + REMOVED);
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
        return message != null ? withoutSecrets(message) : inner.getClass().getSimpleName();
    }

    /** Whether another service failed that was asked for credentials: the call was not even signed. */
    public static boolean isOfCredentialsService(Throwable thrown) {
        String type = cause(thrown).getClass().getName();
        return cause(thrown) instanceof AwsServiceException
                && type.startsWith(SERVICES)
                && CALLED.stream().noneMatch(type::startsWith);
    }

    /** Whether the signature or the key was refused: the call is worth a few more tries, and no more. */
    public static boolean isDoubted(String code) {
        return DOUBTED.contains(code);
    }

    /** Whether it is no answer of an AWS service. */
    public static boolean isForeign(String code) {
        return FOREIGN.contains(code);
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
        return isThrottle(code)
                || PASSING.contains(code)
                || isForeign(code)
                || code.equals(NO_ANSWER)
                || isOfCredentialsService(inner);
    }
}
