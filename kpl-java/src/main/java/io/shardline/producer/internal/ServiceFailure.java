package io.shardline.producer.internal;

import io.shardline.runtime.internal.ServiceErrors;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Why a whole request failed.
 *
 * <p>Immutable.
 *
 * @param status the HTTP status, 0 if there was no answer
 */
record ServiceFailure(String code, String message, int status) {

    static ServiceFailure of(Throwable thrown) {
        int status = ServiceErrors.cause(thrown) instanceof AwsServiceException service ? service.statusCode() : 0;
        return new ServiceFailure(ServiceErrors.code(thrown), ServiceErrors.message(thrown), status);
    }
}
