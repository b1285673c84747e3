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

    /** The code where there was nothing to sign with. */
    static final String NO_CREDENTIALS = "NoCredentials";

    /** The code where there was nothing to send on. */
    static final String NO_CONNECTION = "NoConnection";

    static ServiceFailure of(Throwable thrown) {
        int status = ServiceErrors.cause(thrown) instanceof AwsServiceException service ? service.statusCode() : 0;
        return new ServiceFailure(code(thrown), ServiceErrors.message(thrown), status);
    }

    private static String code(Throwable thrown) {
        if (ServiceErrors.lacksCredentials(thrown)) {
            return NO_CREDENTIALS;
        }
        return ServiceErrors.lacksConnection(thrown) ? NO_CONNECTION : ServiceErrors.code(thrown);
    }
}
