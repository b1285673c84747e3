package io.shardline.testkit.contract;

import java.net.URI;
import java.time.Duration;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/** The SDK's clients for emulators on this machine, and what the classes that use them share. Immutable. */
final class RemoteClients {

    private RemoteClients() {}

    /** One attempt per call, by HTTP/1.1: whatever goes wrong is to be seen. */
    static KinesisAsyncClient local(URI endpoint) {
        return KinesisAsyncClient.builder()
                .endpointOverride(endpoint)
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
                .httpClientBuilder(NettyNioAsyncHttpClient.builder()
                        .protocol(Protocol.HTTP1_1)
                        .readTimeout(Duration.ofSeconds(60)))
                .overrideConfiguration(settings -> settings.retryStrategy(AwsRetryStrategy.doNotRetry()))
                .build();
    }

    /** Build logs don't tell why a class is skipped. */
    static void saySkipped(String what, String reason) {
        System.out.println("skipped: the contract on " + what + ": " + reason);
    }
}
