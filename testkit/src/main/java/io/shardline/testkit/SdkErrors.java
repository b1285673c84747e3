package io.shardline.testkit;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.services.kinesis.model.AccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.ExpiredIteratorException;
import software.amazon.awssdk.services.kinesis.model.ExpiredNextTokenException;
import software.amazon.awssdk.services.kinesis.model.InternalFailureException;
import software.amazon.awssdk.services.kinesis.model.InvalidArgumentException;
import software.amazon.awssdk.services.kinesis.model.KinesisException;
import software.amazon.awssdk.services.kinesis.model.KmsAccessDeniedException;
import software.amazon.awssdk.services.kinesis.model.KmsDisabledException;
import software.amazon.awssdk.services.kinesis.model.KmsInvalidStateException;
import software.amazon.awssdk.services.kinesis.model.KmsNotFoundException;
import software.amazon.awssdk.services.kinesis.model.KmsOptInRequiredException;
import software.amazon.awssdk.services.kinesis.model.KmsThrottlingException;
import software.amazon.awssdk.services.kinesis.model.LimitExceededException;
import software.amazon.awssdk.services.kinesis.model.ProvisionedThroughputExceededException;
import software.amazon.awssdk.services.kinesis.model.ResourceInUseException;
import software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException;
import software.amazon.awssdk.services.kinesis.model.ValidationException;

/**
 * Turns error answers into the exceptions that the SDK would throw for them; unknown codes become its base class.
 *
 * <p>Immutable.
 */
final class SdkErrors {
    private static final Map<String, Supplier<? extends KinesisException.Builder>> BUILDERS = builders();

    private SdkErrors() {}

    private static Map<String, Supplier<? extends KinesisException.Builder>> builders() {
        Map<String, Supplier<? extends KinesisException.Builder>> builders = new LinkedHashMap<>();
        builders.put("AccessDeniedException", AccessDeniedException::builder);
        builders.put("ExpiredIteratorException", ExpiredIteratorException::builder);
        builders.put("ExpiredNextTokenException", ExpiredNextTokenException::builder);
        builders.put("InternalFailureException", InternalFailureException::builder);
        builders.put("InvalidArgumentException", InvalidArgumentException::builder);
        builders.put("KMSAccessDeniedException", KmsAccessDeniedException::builder);
        builders.put("KMSDisabledException", KmsDisabledException::builder);
        builders.put("KMSInvalidStateException", KmsInvalidStateException::builder);
        builders.put("KMSNotFoundException", KmsNotFoundException::builder);
        builders.put("KMSOptInRequired", KmsOptInRequiredException::builder);
        builders.put("KMSThrottlingException", KmsThrottlingException::builder);
        builders.put("LimitExceededException", LimitExceededException::builder);
        builders.put("ProvisionedThroughputExceededException", ProvisionedThroughputExceededException::builder);
        builders.put("ResourceInUseException", ResourceInUseException::builder);
        builders.put("ResourceNotFoundException", ResourceNotFoundException::builder);
        builders.put("ValidationException", ValidationException::builder);
        return builders;
    }

    static KinesisException toSdk(ServiceError error, Call call) {
        Supplier<? extends KinesisException.Builder> known = BUILDERS.get(error.code());
        KinesisException.Builder builder = known == null ? KinesisException.builder() : known.get();
        AwsErrorDetails details = AwsErrorDetails.builder()
                .serviceName("Kinesis")
                .errorCode(error.code())
                .errorMessage(error.text())
                .sdkHttpResponse(call.http(error.status()))
                .build();
        return (KinesisException) builder.awsErrorDetails(details)
                .message(error.text())
                .statusCode(error.status())
                .requestId(call.requestId())
                .build();
    }
}
