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

    /** The code where no thread came to send it. */
    static final String NOT_SENT = "NotSent";

    /** The code where something of our own threw, so that nobody knows what became of the request. */
    static final String INTERNAL = "InternalError";

    static ServiceFailure of(Throwable thrown) {
        int status = ServiceErrors.cause(thrown) instanceof AwsServiceException service ? service.statusCode() : 0;
        return new ServiceFailure(code(thrown), message(thrown), status);
    }

    /** Names the service that was asked for credentials and failed. */
    private static String message(Throwable thrown) {
        String message = ServiceErrors.message(thrown);
        return ServiceErrors.isOfCredentialsService(thrown)
                ? "the credentials could not be had, " + ServiceErrors.code(thrown) + ": " + message
                : message;
    }

    private static String code(Throwable thrown) {
        if (ServiceErrors.lacksCredentials(thrown) || ServiceErrors.isOfCredentialsService(thrown)) {
            return NO_CREDENTIALS;
        }
        return ServiceErrors.lacksConnection(thrown) ? NO_CONNECTION : ServiceErrors.code(thrown);
    }
}
