package io.shardline.producer.internal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import software.amazon.awssdk.http.auth.aws.scheme.AwsV4AuthScheme;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignRequest;
import software.amazon.awssdk.http.auth.spi.signer.AsyncSignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.http.auth.spi.signer.SignerProperty;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.identity.spi.IdentityProvider;
import software.amazon.awssdk.identity.spi.IdentityProviders;

/**
 * Signature version 4 as the SDK makes it, for asynchronous bodies that are in memory.
 *
 * <p>The SDK's own way to sign an asynchronous body is to collect all of it from a publisher, and to publish the collection.
 * A {@link PartsBody} is read as a stream, signed as a synchronous body, and sent as it is. Thread-safe.
 */
final class PartsSigning implements AuthScheme<AwsCredentialsIdentity>, HttpSigner<AwsCredentialsIdentity> {

    /** What says how a request is signed. */
    private static final List<SignerProperty<?>> PROPERTIES = List.of(
            HttpSigner.SIGNING_CLOCK,
            AwsV4HttpSigner.REGION_NAME,
            AwsV4HttpSigner.SERVICE_SIGNING_NAME,
            AwsV4HttpSigner.DOUBLE_URL_ENCODE,
            AwsV4HttpSigner.NORMALIZE_PATH);

    private final AwsV4AuthScheme scheme = AwsV4AuthScheme.create();
    private final AwsV4HttpSigner signer = scheme.signer();

    /** Whether PutRecords is signed by it: the client's user may have chosen otherwise. */
    private volatile boolean signsPuts;

    boolean signsPuts() {
        return signsPuts;
    }

    @Override
    public String schemeId() {
        return scheme.schemeId();
    }

    @Override
    public IdentityProvider<AwsCredentialsIdentity> identityProvider(IdentityProviders providers) {
        return scheme.identityProvider(providers);
    }

    @Override
    public HttpSigner<AwsCredentialsIdentity> signer() {
        return this;
    }

    @Override
    public SignedRequest sign(SignRequest<? extends AwsCredentialsIdentity> request) {
        boolean isPut = request.request()
                .firstMatchingHeader("X-Amz-Target")
                .filter(target -> target.endsWith(".PutRecords"))
                .isPresent();
        if (isPut) {
            signsPuts = true;
        }
        return signer.sign(request);
    }

    @Override
    public CompletableFuture<AsyncSignedRequest> signAsync(AsyncSignRequest<? extends AwsCredentialsIdentity> request) {
        if (!(request.payload().orElse(null) instanceof PartsBody body)) {
            return signer.signAsync(request);
        }
        SignRequest.Builder<AwsCredentialsIdentity> read = SignRequest.<AwsCredentialsIdentity>builder(
                        request.identity())
                .request(request.request())
                .payload(body::stream);
        PROPERTIES.forEach(property -> copy(property, request, read));
        SignedRequest signed = signer.sign(read.build());
        return CompletableFuture.completedFuture(AsyncSignedRequest.builder()
                .request(signed.request())
                .payload(body)
                .build());
    }

    private static <T> void copy(
            SignerProperty<T> property,
            AsyncSignRequest<? extends AwsCredentialsIdentity> from,
            SignRequest.Builder<AwsCredentialsIdentity> to) {
        if (from.hasProperty(property)) {
            to.putProperty(property, from.property(property));
        }
    }
}
