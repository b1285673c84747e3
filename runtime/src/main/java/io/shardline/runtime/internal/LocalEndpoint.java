package io.shardline.runtime.internal;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Pattern;
import software.amazon.awssdk.auth.credentials.AwsCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProviderChain;
import software.amazon.awssdk.auth.credentials.ContainerCredentialsProvider;
import software.amazon.awssdk.auth.credentials.EnvironmentVariableCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.SystemPropertyCredentialsProvider;
import software.amazon.awssdk.auth.credentials.WebIdentityTokenFileCredentialsProvider;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;

/**
 * Region and credentials for a plain http or loopback endpoint: the SDK's default chain without the metadata service of the
 * machine. There is none where emulators run, and asking it takes seconds.
 *
 * <p>Thread-safe.
 */
final class LocalEndpoint implements AwsCredentialsProvider {

    /** The region where none is configured; emulators do not care. */
    private static final Region DEFAULT_REGION = Region.US_EAST_1;

    /** By name and literal address, without a look-up; {@code localhost.localstack.cloud} is one of them. */
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|localhost\\..+|.+\\.localhost|127(\\.[0-9]{1,3}){3}|\\[[0:]+1]");

    private final URI address;
    private final AwsCredentialsProvider chain = AwsCredentialsProviderChain.of(
            SystemPropertyCredentialsProvider.create(),
            EnvironmentVariableCredentialsProvider.create(),
            WebIdentityTokenFileCredentialsProvider.create(),
            ProfileCredentialsProvider.create(),
            ContainerCredentialsProvider.create());

    LocalEndpoint(URI address) {
        this.address = address;
    }

    static boolean isLoopback(URI address) {
        return LOOPBACK.matcher(address.getHost().toLowerCase(Locale.ROOT)).matches();
    }

    /** The region of the system property, the environment or the profile; {@code us-east-1} where none of them has one. */
    static Region region() {
        try {
            return new AwsRegionProviderChain(new SystemSettingsRegionProvider(), new AwsProfileRegionProvider())
                    .getRegion();
        } catch (SdkClientException e) {
            return DEFAULT_REGION;
        }
    }

    @Override
    public AwsCredentials resolveCredentials() {
        try {
            return chain.resolveCredentials();
        } catch (SdkClientException e) {
            throw SdkClientException.create(
                    "Unable to load credentials for " + address + ": asked system properties, environment variables,"
                            + " the web identity token, the profile and the"
                            + " container, in this order; the instance metadata"
                            + " service is not asked for a plain http or loopback"
                            + " endpoint. Set one of them, or credentials(...)",
                    e);
        }
    }

    @Override
    public String toString() {
        return "LocalEndpoint[" + address + "]";
    }
}
