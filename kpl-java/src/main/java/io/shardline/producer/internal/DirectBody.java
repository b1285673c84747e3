package io.shardline.producer.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.SdkRequest;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.Header;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.spi.scheme.AuthScheme;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequest;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;

/**
 * Sends the data of PutRecords from where it is, for a client of the producer's own.
 *
 * <p>The SDK copies data four times to marshal it, through a buffer that grows. This takes the records out of the request
 * before the SDK writes the rest, and puts them back behind it, large data by reference. What is sent means the same: only
 * the place of {@code Records} among the other members is another, and CBOR maps have no order. The SDK's JSON, which it writes if
 * CBOR is switched off, is left alone. Thread-safe.
 */
public final class DirectBody implements ExecutionInterceptor {

    private static final ExecutionAttribute<List<PutRecordsRequestEntry>> RECORDS =
            new ExecutionAttribute<>("ShardlinePutRecordsEntries");

    private static final ExecutionAttribute<PartsBody> BODY = new ExecutionAttribute<>("ShardlinePutRecordsBody");

    private final PartsSigning signing = new PartsSigning();

    /**
     * Whether what the SDK writes is CBOR that can be appended to. Learnt from the first request, which goes as the SDK writes it:
     * nothing else says for sure.
     */
    private volatile boolean isAppendable;

    /** What the client has to sign with. If its user makes it sign otherwise, everything goes as the SDK writes it. */
    public AuthScheme<AwsCredentialsIdentity> authScheme() {
        return signing;
    }

    @Override
    public SdkRequest modifyRequest(Context.ModifyRequest context, ExecutionAttributes attributes) {
        if (isAppendable
                && signing.signsPuts()
                && context.request() instanceof PutRecordsRequest request
                && request.hasRecords()) {
            attributes.putAttribute(RECORDS, request.records());
            return request.toBuilder()
                    .records((@Nullable Collection<PutRecordsRequestEntry>) null)
                    .build();
        }
        return context.request();
    }

    @Override
    public Optional<AsyncRequestBody> modifyAsyncHttpContent(
            Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        List<PutRecordsRequestEntry> records = attributes.getAttribute(RECORDS);
        if (records == null) {
            return context.asyncRequestBody();
        }
        RequestBody rest = context.requestBody().orElseThrow();
        if (!isCbor(context.httpRequest())) {
            throw SdkClientException.create("a request was to be CBOR as the one before, and is "
                    + context.httpRequest().firstMatchingHeader(Header.CONTENT_TYPE));
        }
        CborBody cbor = new CborBody(bytesOf(rest));
        cbor.appendRecords(records);
        PartsBody body = new PartsBody(cbor.parts(), rest.contentType());
        attributes.putAttribute(BODY, body);
        return Optional.of(body);
    }

    @Override
    public SdkHttpRequest modifyHttpRequest(Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
        PartsBody body = attributes.getAttribute(BODY);
        if (body == null) {
            if (context.request() instanceof PutRecordsRequest) {
                isAppendable = isCbor(context.httpRequest())
                        && context.requestBody()
                                .map(DirectBody::bytesOf)
                                .filter(CborBody::isOpenMap)
                                .isPresent();
            }
            return context.httpRequest();
        }
        String length = String.valueOf(body.contentLength().orElseThrow());
        return context.httpRequest().copy(request -> request.putHeader(Header.CONTENT_LENGTH, length));
    }

    private static boolean isCbor(SdkHttpRequest request) {
        return request.firstMatchingHeader(Header.CONTENT_TYPE)
                .filter(type -> type.contains("cbor"))
                .isPresent();
    }

    private static byte[] bytesOf(RequestBody body) {
        try (InputStream stream = body.contentStreamProvider().newStream()) {
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
