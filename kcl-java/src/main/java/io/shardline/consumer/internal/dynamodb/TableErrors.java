package io.shardline.consumer.internal.dynamodb;

import io.shardline.consumer.ConsumerException;
import io.shardline.consumer.internal.lease.RowTooLargeException;
import io.shardline.consumer.internal.lease.TableGoneException;
import io.shardline.runtime.internal.ServiceErrors;
import java.util.Set;
import java.util.regex.Pattern;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * What a failed call to DynamoDB means: that it may be sent again, or that somebody must change something first.
 *
 * <p>Codes are those of the DynamoDB API reference and of the errors common to all AWS services. Thread-safe.
 */
final class TableErrors {

    static final String NO_TABLE = "ResourceNotFoundException";

    private static final int BAD_REQUEST = 400;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    /** Refused because of what else goes on at the table, with a status that usually means for ever. */
    private static final Set<String> PASSING = Set.of(
            "ContinuousBackupsUnavailableException",
            "ReplicatedWriteConflictException",
            "TransactionConflictException",
            "TransactionInProgressException");

    private static final Set<String> DENIED = Set.of("AccessDenied", "AccessDeniedException", "NotAuthorized");

    private static final Set<String> NOT_KNOWN = Set.of(
            "IncompleteSignature",
            "InvalidClientTokenId",
            "InvalidSignatureException",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException");

    /** How the service says that an item would have more than 400 KB; it has no code of its own for that. */
    private static final Pattern TOO_LARGE = Pattern.compile("(?i)item size.*exceeded");

    private TableErrors() {}

    /**
     * Whether the service did nothing and will do nothing however often it is asked, until somebody changes the table, the
     * permissions or this program. Everything that is not known to be so is not.
     */
    static boolean isPermanent(Throwable thrown) {
        if (!(ServiceErrors.cause(thrown) instanceof AwsServiceException service)) {
            return false;
        }
        int status = service.statusCode();
        return status >= BAD_REQUEST
                && status < SERVER_ERROR
                && status != REQUEST_TIMEOUT
                && status != TOO_MANY_REQUESTS
                && !ServiceErrors.isTransient(service)
                && !PASSING.contains(ServiceErrors.code(service));
    }

    /** A sentence that names the table, the call, the error, and what to do. */
    static ConsumerException explained(String table, String operation, Throwable thrown) {
        Throwable cause = ServiceErrors.cause(thrown);
        String code = ServiceErrors.code(cause);
        String message = "lease table '" + table + "': " + operation + " failed with " + code + " ("
                + ServiceErrors.message(cause) + "); " + remedy(code, operation, cause);
        if (isTooLarge(code, cause)) {
            return new RowTooLargeException(message, cause);
        }
        return code.equals(NO_TABLE) ? new TableGoneException(message, cause) : new ConsumerException(message, cause);
    }

    private static boolean isTooLarge(String code, Throwable cause) {
        return code.equals("ValidationException")
                && TOO_LARGE.matcher(ServiceErrors.message(cause)).find();
    }

    /** What a call failed with, in short. */
    static String brief(String operation, Throwable thrown) {
        return operation + ": " + ServiceErrors.code(thrown) + ": " + ServiceErrors.message(thrown);
    }

    private static String remedy(String code, String operation, Throwable cause) {
        if (DENIED.contains(code)) {
            return "allow dynamodb:" + operation + " on this table for the credentials in use";
        }
        if (NOT_KNOWN.contains(code)) {
            return "check the credentials and the region";
        }
        if (isTooLarge(code, cause)) {
            return "a row of the table is as large as it may be: remove what does not belong there";
        }
        if (code.equals(NO_TABLE)) {
            return "the table is not in this region or at this endpoint: it was deleted, or never created";
        }
        return "the table does not take this request, so it is not a lease table, or not of this version";
    }
}
