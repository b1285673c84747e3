package io.shardline.runtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

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
