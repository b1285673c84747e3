package io.shardline.benchmarks.producer;

import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * What clients of the SDK have in common here: invented credentials, HTTP/1.1, and trust in the sink's own certificate.
 *
 * <p>Thread-safe.
 */
final class Sdk {

    static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "invented"));

    private Sdk() {}

    static void useHttp(KinesisAsyncClientBuilder builder, Workload.Http http) {
        builder.httpClientBuilder(trusting(http));
    }

    private static SdkAsyncHttpClient.Builder<?> trusting(Workload.Http http) {
        SdkAsyncHttpClient.Builder<?> client = switch (http) {
            case NETTY -> NettyNioAsyncHttpClient.builder();
            case CRT -> AwsCrtAsyncHttpClient.builder();
        };
        return new TrustingHttp(client);
    }
}
