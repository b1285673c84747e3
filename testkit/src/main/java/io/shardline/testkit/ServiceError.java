package io.shardline.testkit;

/**
 * An error answer of the service: code, HTTP status and message, whatever door it leaves by.
 *
 * <p>It is an answer, not a failure of the emulator, hence without a stack trace. Immutable.
 */
final class ServiceError extends RuntimeException {
    private static final int CLIENT_ERROR = 400;

    private final String code;
    private final int status;

    ServiceError(String code, int status, String message) {
        super(message, null, false, false);
        this.code = code;
        this.status = status;
    }

    static ServiceError clientError(String code, String message) {
        return new ServiceError(code, CLIENT_ERROR, message);
    }

    static ServiceError notFound(String message) {
        return clientError("ResourceNotFoundException", message);
    }

    static ServiceError inUse(String message) {
        return clientError("ResourceInUseException", message);
    }

    static ServiceError invalidArgument(String message) {
        return clientError("InvalidArgumentException", message);
    }

    static ServiceError limitExceeded(String message) {
        return clientError("LimitExceededException", message);
    }

    static ServiceError throughputExceeded(String message) {
        return clientError("ProvisionedThroughputExceededException", message);
    }

    /** What subscriptions end with when the emulator is closed. */
    static ServiceError closed() {
        return new ServiceError("ServiceUnavailable", 503, "The emulator is closed.");
    }

    String code() {
        return code;
    }

    int status() {
        return status;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
