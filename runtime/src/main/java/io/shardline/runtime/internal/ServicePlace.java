package io.shardline.runtime.internal;

import java.net.URI;
import software.amazon.awssdk.awscore.AwsClient;
import software.amazon.awssdk.awscore.AwsServiceClientConfiguration;

/**
 * Where the service behind a client is, in words for messages.
 *
 * <p>Thread-safe.
 */
public final class ServicePlace {

    private static final String UNKNOWN = "behind the client that was given";

    private ServicePlace() {}

    /** For example {@code at http://localhost:4566} or {@code in region eu-central-1}. */
    public static String of(AwsClient client) {
        try {
            AwsServiceClientConfiguration configuration = client.serviceClientConfiguration();
            URI address = configuration.endpointOverride().orElse(null);
            if (address != null) {
                return "at " + address;
            }
            return configuration.region() == null ? UNKNOWN : "in region " + configuration.region();
        } catch (UnsupportedOperationException e) {
            return UNKNOWN; // fakes have no configuration
        }
    }
}
