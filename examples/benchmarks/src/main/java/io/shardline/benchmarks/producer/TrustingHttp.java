package io.shardline.benchmarks.producer;

import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.ProtocolNegotiation;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Makes HTTP clients that speak one protocol and take the sink's own certificate for good.
 *
 * <p>Immutable.
 */
record TrustingHttp(SdkAsyncHttpClient.Builder<?> client, Protocol protocol)
        implements SdkAsyncHttpClient.Builder<TrustingHttp> {

    @Override
    public SdkAsyncHttpClient buildWithDefaults(AttributeMap defaults) {
        return client.buildWithDefaults(defaults.toBuilder()
                .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                .put(SdkHttpConfigurationOption.PROTOCOL, protocol)
                .put(SdkHttpConfigurationOption.PROTOCOL_NEGOTIATION, negotiation())
                .build());
    }

    /** The SDK's default for Kinesis is HTTP/2 without a word about it; the sink wants to be asked. */
    private ProtocolNegotiation negotiation() {
        return protocol == Protocol.HTTP2 ? ProtocolNegotiation.ALPN : ProtocolNegotiation.ASSUME_PROTOCOL;
    }
}
