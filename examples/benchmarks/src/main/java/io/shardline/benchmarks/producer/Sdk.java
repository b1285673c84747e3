package io.shardline.benchmarks.producer;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.crt.AwsCrtAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClientBuilder;

/**
 * What clients of the SDK have in common here: invented credentials, a protocol, and trust in the sink's own certificate.
 *
 * <p>Thread-safe.
 */
final class Sdk {

    static final StaticCredentialsProvider CREDENTIALS =
            StaticCredentialsProvider.create(AwsBasicCredentials.create("AKIDEXAMPLE", "invented"));

    private Sdk() {}

    static void useHttp(KinesisAsyncClientBuilder builder, URI sink, Workload.Http http) {
        builder.httpClientBuilder(trusting(sink, http));
    }

    private static SdkAsyncHttpClient.Builder<?> trusting(URI sink, Workload.Http http) {
        Protocol usual = sink.getScheme().equals("https") ? Protocol.HTTP2 : Protocol.HTTP1_1;
        return switch (http) {
            case NETTY -> new TrustingHttp(NettyNioAsyncHttpClient.builder(), usual);
            case NETTY_HTTP1 -> new TrustingHttp(NettyNioAsyncHttpClient.builder(), Protocol.HTTP1_1);
            case CRT -> new TrustingHttp(AwsCrtAsyncHttpClient.builder(), Protocol.HTTP1_1);
        };
    }
}
