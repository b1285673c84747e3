package io.shardline.producer.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.shardline.producer.FailureReason;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryClassifierTest {

    private static final Map<String, Verdict> VERDICTS = new TreeMap<>(Map.of(
            "doubted", new Verdict.Doubted(FailureReason.ACCESS_DENIED),
            "again", new Verdict.Retry(false),
            "again-unknown", new Verdict.Retry(true),
            "no-stream", new Verdict.Permanent(FailureReason.STREAM_NOT_FOUND),
            "throttled", new Verdict.Throttled(),
            "not-allowed", new Verdict.Permanent(FailureReason.ACCESS_DENIED),
            "no-key", new Verdict.Permanent(FailureReason.KMS_KEY_UNUSABLE),
            "refused", new Verdict.Permanent(FailureReason.REJECTED),
            "split", new Verdict.Split()));

    @ParameterizedTest
    @CsvSource({
        "ProvisionedThroughputExceededException, 400, throttled",
        "LimitExceededException, 400, throttled",
        "KMSThrottlingException, 400, throttled",
        "ThrottlingException, 400, throttled",
        "SomeNewThrottle, 429, throttled",
        "ExpiredTokenException, 400, again",
        "RequestExpired, 400, again",
        "ResourceInUseException, 400, again",
        "InternalFailure, 500, again-unknown",
        "InternalFailureException, 500, again-unknown",
        "ServiceUnavailable, 503, again-unknown",
        "SomeNewFailure, 507, again-unknown",
        "SomeTimeout, 408, again-unknown",
        "NoAnswer, 0, again-unknown",
        "RecordCountMismatch, 0, again-unknown",
        "NullPointerException, 0, again-unknown",
        "ResourceNotFoundException, 400, no-stream",
        "AccessDeniedException, 400, not-allowed",
        "UnrecognizedClientException, 400, doubted",
        "InvalidClientTokenId, 403, doubted",
        "IncompleteSignature, 400, doubted",
        "Status403, 403, again",
        "Status404, 404, again",
        "Status407, 407, again",
        "Status421, 421, again",
        "Status400, 400, refused",
        "Status502, 502, again-unknown",
        "NoCredentials, 400, again",
        "NoCredentials, 500, again",
        "KMSDisabledException, 400, no-key",
        "KMSAccessDeniedException, 400, no-key",
        "KMSInvalidStateException, 400, no-key",
        "KMSNotFoundException, 400, no-key",
        "KMSOptInRequired, 400, no-key",
        "SomeNewRefusal, 403, refused",
        "ValidationException, 400, split",
        "InvalidArgumentException, 400, split",
        "SerializationException, 400, split",
        "Status413, 413, split",
    })
    void requestIsJudgedByItsCodeAndThenByItsStatus(String code, int status, String verdict) {
        assertThat(RetryClassifier.ofRequest(new ServiceFailure(code, "", status)))
                .isEqualTo(VERDICTS.get(verdict));
    }

    @ParameterizedTest
    @CsvSource({
        "ProvisionedThroughputExceededException, throttled",
        "InternalFailure, again-unknown",
        "KMSThrottlingException, throttled",
        "SomethingNew, again-unknown",
        "NoResult, again-unknown",
        "AccessDeniedException, not-allowed",
        "KMSDisabledException, no-key",
        "ValidationException, refused",
        "ResourceNotFoundException, no-stream",
    })
    void entryIsJudgedByItsCode(String code, String verdict) {
        assertThat(RetryClassifier.ofEntry(code)).isEqualTo(VERDICTS.get(verdict));
    }

    @Property(tries = 300)
    void everyAnswerHasAVerdict(@ForAll String code, @ForAll @IntRange(min = 0, max = 999) int status) {
        assertThat(RetryClassifier.ofRequest(new ServiceFailure(code, "", status)))
                .isNotNull();
        assertThat(RetryClassifier.ofEntry(code)).isNotNull().isNotInstanceOf(Verdict.Split.class);
    }

    @ParameterizedTest
    @CsvSource({
        "InvalidSignatureException, Signature expired: 20261129T1 is now earlier than 20261129T2, again",
        "InvalidSignatureException, Signature not yet current: 20261129T2 is still later than 20261129T1, again",
        "SignatureDoesNotMatch, Signature expired: 20261129T1 is now earlier than 20261129T2, again",
        "InvalidSignatureException, The request signature we calculated does not match, doubted",
        "AccessDeniedException, Signature expired, not-allowed",
    })
    void signatureOfAWrongClockPassesAndAWrongOneDoesNot(String code, String message, String verdict) {
        assertThat(RetryClassifier.ofRequest(new ServiceFailure(code, message, 400)))
                .isEqualTo(VERDICTS.get(verdict));
    }

    @Test
    void whatIsRefusedOnlyForNowIsNeverCountedAsWritten() {
        assertThat(RetryClassifier.ofRequest(new ServiceFailure("SlowDown", "", 503)))
                .isEqualTo(new Verdict.Throttled());
    }
}
