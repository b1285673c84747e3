package io.shardline.examples.tools;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;

/**
 * Says in a sentence why a call to a service failed, and what to do.
 *
 * <p>Stateless.
 */
public final class Failures {

    private Failures() {}

    /** What was thrown inside the wrapper that a future puts around it. */
    public static Throwable cause(CompletionException thrown) {
        return thrown.getCause() == null ? thrown : thrown.getCause();
    }

    /**
     * A sentence without its end.
     *
     * @param where which service it is, and at which address or in which region
     */
    public static String explain(String where, Throwable failure) {
        if (failure instanceof AwsServiceException refused) {
            return where + " refused: " + message(refused) + advice(refused);
        }
        Throwable root = root(failure);
        if (root instanceof ConnectException || root instanceof UnknownHostException) {
            return unreachable(where, root);
        }
        if (failure instanceof ApiCallTimeoutException) {
            return where + " did not answer within " + Services.CALL_LIMIT.toSeconds()
                    + " s: check --endpoint, --region and the network";
        }
        if (failure instanceof SdkClientException) {
            return where + " cannot be used: " + root.getMessage();
        }
        return where + ": " + failure;
    }

    /** The service's code and message. */
    static String message(AwsServiceException refused) {
        AwsErrorDetails details = refused.awsErrorDetails();
        if (details == null || details.errorCode() == null) {
            return refused.getMessage() == null ? "status " + refused.statusCode() : refused.getMessage();
        }
        return details.errorCode() + (details.errorMessage() == null ? "" : ": " + details.errorMessage());
    }

    private static String advice(AwsServiceException refused) {
        AwsErrorDetails details = refused.awsErrorDetails();
        String code = details == null ? "" : String.valueOf(details.errorCode()).toLowerCase(Locale.ROOT);
        if (code.contains("accessdenied")) {
            return "; allow it, or use other credentials";
        }
        if (code.contains("token") || code.contains("client") || code.contains("signature")) {
            return "; check the credentials";
        }
        return "";
    }

    /** The sentence for a connection that did not come about. */
    static String unreachable(String where, Throwable why) {
        String reason = why instanceof UnknownHostException ? "unknown host " + why.getMessage() : why.getMessage();
        return where + " cannot be reached: " + reason + "; check --endpoint, --region and whether it is running";
    }

    private static Throwable root(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
