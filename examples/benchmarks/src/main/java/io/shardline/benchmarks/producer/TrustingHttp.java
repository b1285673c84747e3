package io.shardline.benchmarks.producer;

import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.utils.AttributeMap;

/**
 * Makes HTTP clients that speak HTTP/1.1 and take the sink's own certificate for good.
 *
 * <p>Immutable.
 */
record TrustingHttp(SdkAsyncHttpClient.Builder<?> client) implements SdkAsyncHttpClient.Builder<TrustingHttp> {

    @Override
    public SdkAsyncHttpClient buildWithDefaults(AttributeMap defaults) {
        return client.buildWithDefaults(defaults.toBuilder()
                .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, true)
                .put(SdkHttpConfigurationOption.PROTOCOL, Protocol.HTTP1_1) // the SDK's default for Kinesis is HTTP/2
                .build());
    }
}
