package io.shardline.producer.internal;

import io.shardline.producer.FailureReason;
import io.shardline.producer.internal.Verdict.Doubted;
import io.shardline.producer.internal.Verdict.Permanent;
import io.shardline.producer.internal.Verdict.Retry;
import io.shardline.producer.internal.Verdict.Split;
import io.shardline.producer.internal.Verdict.Throttled;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says for every error that PutRecords can give, known or not, what is to be done.
 *
 * <p>Codes are from the PutRecords reference and the list of errors common to all AWS services. An unknown code is judged
 * by its HTTP status: 4xx will not pass by itself, everything else may. 403 and the like without any code are from something
 * on the way. Thread-safe.
 */
final class RetryClassifier {

    private static final Verdict NOT_WRITTEN = new Retry(false);
    private static final Verdict THROTTLED = new Throttled();
    private static final Verdict UNKNOWN_OUTCOME = new Retry(true);
    private static final Verdict REFUSED = new Permanent(FailureReason.REJECTED);
    private static final Verdict NOT_ALLOWED = new Permanent(FailureReason.ACCESS_DENIED);
    private static final Verdict DOUBTED = new Doubted(FailureReason.ACCESS_DENIED);
    private static final Verdict NO_KEY = new Permanent(FailureReason.KMS_KEY_UNUSABLE);
    private static final Verdict NO_STREAM = new Permanent(FailureReason.STREAM_NOT_FOUND);
    private static final Verdict SPLIT = new Split();

    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY_REQUESTS = 429;

    private static final String STREAM_IS_BUSY = "ResourceInUseException";

    private static final Set<String> NO_STREAM_CODES = Set.of("ResourceNotFoundException", "ResourceNotFound");

    /** Credentials, clocks and connections are renewed behind our back; the service did nothing. */
    private static final Set<String> PASSING_REFUSALS = Set.of(
            "ExpiredToken",
            "ExpiredTokenException",
            "RequestExpired",
            "RequestInTheFuture",
            "RequestTimeTooSkewed",
            STREAM_IS_BUSY,
            ServiceFailure.NO_CONNECTION,
            ServiceFailure.NO_CREDENTIALS,
            ServiceFailure.NOT_SENT);

    /** Judged by the content of the request, hence possibly the fault of a single entry. */
    private static final Set<String> CONTENT_REFUSALS = Set.of(
            "ValidationException",
            "ValidationError",
            "InvalidArgumentException",
            "SerializationException",
            "RequestEntityTooLargeException");

    private static final Set<String> NOT_ALLOWED_CODES =
            Set.of("AccessDenied", "AccessDeniedException", "NotAuthorized", "OptInRequired");

    /** Of these, the ones that a wrong clock gets as well. */
    private static final Set<String> SIGNATURE_CODES = Set.of("InvalidSignatureException", "SignatureDoesNotMatch");

    /** The key that the stream is encrypted with. KMSThrottlingException is a throttle. */
    private static final Set<String> NO_KEY_CODES = Set.of(
            "KMSAccessDeniedException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            "KMSNotFoundException",
            "KMSOptInRequired");

    /** What Kinesis says of the signature of a clock that is wrong. The SDK sets it right by that very answer. */
    private static final Pattern WRONG_CLOCK = Pattern.compile("Signature (expired|not yet current)");

    private RetryClassifier() {}

    /** For a request that failed as a whole. */
    static Verdict ofRequest(ServiceFailure failure) {
        if (SIGNATURE_CODES.contains(failure.code())
                && WRONG_CLOCK.matcher(failure.message()).find()) {
            return NOT_WRITTEN;
        }
        if (ServiceErrors.isDoubted(failure.code())) {
            return DOUBTED;
        }
        Verdict known = ofKnown(failure.code());
        if (known != null) {
            return known;
        }
        return CONTENT_REFUSALS.contains(failure.code()) ? SPLIT : ofStatus(failure.status());
    }

    /** For a call about a stream alone, tried a few times already: nothing smaller could be accepted. */
    static Verdict ofListing(ServiceFailure failure) {
        Verdict verdict = ofRequest(failure);
        if (verdict instanceof Doubted doubted) {
            return new Permanent(doubted.reason());
        }
        return verdict instanceof Split ? REFUSED : verdict;
    }

    /** For one entry of a request that was answered. Such errors have no status; what is unknown is tried again. */
    static Verdict ofEntry(String code) {
        Verdict known = ServiceErrors.isDoubted(code) ? NOT_ALLOWED : ofKnown(code);
        if (known != null) {
            return known;
        }
        return CONTENT_REFUSALS.contains(code) ? REFUSED : UNKNOWN_OUTCOME;
    }

    private static @Nullable Verdict ofKnown(String code) {
        if (ServiceErrors.isThrottle(code)) {
            return THROTTLED;
        }
        if (PASSING_REFUSALS.contains(code) || ServiceErrors.isForeign(code)) {
            return NOT_WRITTEN;
        }
        if (NO_STREAM_CODES.contains(code)) {
            return NO_STREAM;
        }
        if (NO_KEY_CODES.contains(code)) {
            return NO_KEY;
        }
        return NOT_ALLOWED_CODES.contains(code) ? NOT_ALLOWED : null;
    }

    /** Whether it says that the endpoint is not there or not well; else it is, and does not like what it got. */
    static boolean isEndpointFailure(ServiceFailure failure) {
        return !ServiceErrors.isThrottle(failure.code())
                && !isOfNoEndpoint(failure)
                && (failure.status() == 0 || failure.status() >= 500 || ServiceErrors.isForeign(failure.code()));
    }

    /** Whose trouble an answer tells of. */
    static FailureScope scopeOf(Answer answer) {
        if (!(answer instanceof Answer.Failed failed)) {
            return FailureScope.REQUEST;
        }
        if (isEndpointFailure(failed.failure())) {
            return FailureScope.ENDPOINT;
        }
        Verdict verdict = ofRequest(failed.failure());
        if (verdict instanceof Throttled
                || STREAM_IS_BUSY.equals(failed.failure().code())) {
            return FailureScope.STREAM;
        }
        return verdict instanceof Retry || verdict instanceof Doubted ? FailureScope.PRODUCER : FailureScope.REQUEST;
    }

    /** Whether the key or the signature was refused, which a new one may mend. */
    static boolean isDoubted(Answer answer) {
        return answer instanceof Answer.Failed failed
                && ServiceErrors.isDoubted(failed.failure().code());
    }

    /** Whether it says nothing at all of the endpoint, because nobody tried to reach it. */
    static boolean isOfNoEndpoint(ServiceFailure failure) {
        return failure.code().equals(ServiceFailure.NO_CREDENTIALS)
                || failure.code().equals(ServiceFailure.NOT_SENT);
    }

    private static Verdict ofStatus(int status) {
        if (status < 400 || status >= 500 || status == REQUEST_TIMEOUT) {
            return UNKNOWN_OUTCOME;
        }
        if (status == TOO_MANY_REQUESTS) {
            return THROTTLED;
        }
        return status == TOO_LARGE ? SPLIT : REFUSED;
    }
}
