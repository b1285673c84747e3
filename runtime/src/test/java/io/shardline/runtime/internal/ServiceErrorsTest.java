package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;

class ServiceErrorsTest {

    @Test
    void theCodeIsTheServicesOwnThroughAnyWrapping() {
        Throwable wrapped = new CompletionException(new ExecutionException(error("AccessDeniedException", 400)));
        assertThat(ServiceErrors.code(wrapped)).isEqualTo("AccessDeniedException");
        assertThat(ServiceErrors.message(wrapped)).isEqualTo("words of the service");
    }

    @Test
    void aCallWithoutAnAnswerHasACodeOfItsOwn() {
        assertThat(ServiceErrors.code(SdkClientException.create("connection refused")))
                .isEqualTo(ServiceErrors.NO_ANSWER);
    }

    @Test
    void anAnswerWithoutACodeIsNamedByItsStatus() {
        assertThat(ServiceErrors.code(KinesisException.builder().statusCode(418).build()))
                .isEqualTo("Status418");
    }

    @Test
    void throttlesFailuresOfTheServiceAndMissingAnswersMayPass() {
        assertThat(ServiceErrors.isTransient(error("LimitExceededException", 400)))
                .isTrue();
        assertThat(ServiceErrors.isTransient(error("ExpiredTokenException", 400)))
                .isTrue();
        assertThat(ServiceErrors.isTransient(error("SomethingNew", 503))).isTrue();
        assertThat(ServiceErrors.isTransient(SdkClientException.create("connection refused")))
                .isTrue();
    }

    @Test
    void refusalsAndDefectsDoNot() {
        assertThat(ServiceErrors.isTransient(error("AccessDeniedException", 400)))
                .isFalse();
        assertThat(ServiceErrors.isTransient(error("ResourceNotFoundException", 400)))
                .isFalse();
        assertThat(ServiceErrors.isTransient(new IllegalStateException("a defect")))
                .isFalse();
    }

    @Test
    void noSessionTokenGetsOutOfAMessage() {
        String token = "IQoJb3JpZ2luX2VjEXAMPLE/" + "x1".repeat(200);
        String canonical =
                "The request signature we calculated does not match the signature you provided.\n\nThe Canonical"
                        + " String for this request should have been\n'POST\n/\n\nx-amz-security-token:short\n'";
        for (String message : List.of(
                canonical,
                "bad header X-Amz-Security-Token: " + token,
                "x-amz-security-token=short&x=y",
                "the token " + token + " is not valid")) {
            KinesisException thrown = (KinesisException) KinesisException.builder()
                    .awsErrorDetails(AwsErrorDetails.builder()
                            .errorCode("InvalidSignatureException")
                            .errorMessage(message)
                            .build())
                    .statusCode(400)
                    .build();

            assertThat(ServiceErrors.message(thrown)).doesNotContain(token, "short");
            assertThat(ServiceErrors.cause(new CompletionException(thrown)))
                    .isInstanceOf(KinesisException.class)
                    .message()
                    .doesNotContain(token, "short");
            assertThat(ServiceErrors.message(SdkClientException.create(message)))
                    .doesNotContain(token, "short");
        }
        assertThat(ServiceErrors.message(error("X", 400))).isEqualTo("words of the service");
    }

    @Test
    void answersOfProxiesMayPass() {
        assertThat(ServiceErrors.isTransient(
                        KinesisException.builder().statusCode(403).build()))
                .isTrue();
        assertThat(ServiceErrors.isTransient(
                        KinesisException.builder().statusCode(400).build()))
                .isFalse();
    }

    static KinesisException error(String code, int status) {
        AwsErrorDetails details = AwsErrorDetails.builder()
                .errorCode(code)
                .errorMessage("words of the service")
                .build();
        return (KinesisException) KinesisException.builder()
                .awsErrorDetails(details)
                .statusCode(status)
                .message("words of the SDK")
                .build();
    }
}
