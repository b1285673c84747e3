package io.shardline.runtime.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsAsyncClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.client.config.SdkAdvancedClientOption;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.http.Protocol;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.regions.Region;

/**
 * The clients that a producer or a consumer makes for itself: what its user may choose, and what nobody may.
 *
 * <p>Nobody may choose retries, the limit of a call and the user agent. Confined to its user.
 */
public final class OwnClients {

    /** Above the silence after which a subscription is given up. */
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);

    /** What may be under way beside subscriptions: reads of other shards, and control calls. */
    private static final int CALLS_BESIDE = 100;

    private static final int WINDOW_BYTES = 512 << 10;
    private static final Duration PING_PERIOD = Duration.ofSeconds(60);

    private final String userAgent;
    private final Set<String> given = new LinkedHashSet<>();
    private @Nullable URI endpoint;
    private @Nullable Region region;
    private @Nullable AwsCredentialsProvider credentials;
    private @Nullable Integer mostCalls;

    /**
     * What was chosen for one service alone.
     *
     * <p>Confined to its user.
     */
    public static final class Service<B> {

        private final Set<String> given = new LinkedHashSet<>();
        private final List<Consumer<? super B>> customizers = new ArrayList<>();
        private @Nullable URI endpoint;
        private boolean choosesCallTimeout;
        private int subscriptions;

        /** From now on the limit of a call is that of a customizer, if one sets it. */
        public Service<B> choosingCallTimeout() {
            choosesCallTimeout = true;
            return this;
        }

        /** From now on there may be so many subscriptions beside the calls. */
        public void subscribing(int most) {
            subscriptions = most;
        }

        /** As {@link OwnClients#endpoint}, for this service. */
        public void endpoint(String setting, URI address) {
            endpoint = requireWeb(setting, address);
            given.add(setting);
        }

        /** Does what it likes with the builder, before what nobody may choose is set. */
        public void customize(String setting, Consumer<? super B> customizer) {
            customizers.add(Objects.requireNonNull(customizer, setting));
            given.add(setting);
        }

        /** See {@link OwnClients#refuseBeside}. */
        public void refuseBeside(String finished) {
            OwnClients.refuse(given, finished);
        }
    }

    /** @param library how the user agent begins, for example {@code shardline-producer} */
    public OwnClients(String library) {
        this.userAgent = library + "/" + version();
    }

    /**
     * Where all services are.
     *
     * @throws IllegalArgumentException if it is not an absolute http or https address
     */
    public void endpoint(URI address) {
        endpoint = requireWeb("endpoint", address);
        given.add("endpoint");
    }

    /**
     * Where the services are, or are said to be.
     *
     * @throws IllegalArgumentException if its name is blank
     */
    public void region(Region chosen) {
        if (Objects.requireNonNull(chosen, "region").id().isBlank()) {
            throw new IllegalArgumentException("region must not be blank, was '" + chosen.id() + "'");
        }
        region = chosen;
        given.add("region");
    }

    public void credentials(AwsCredentialsProvider provider) {
        credentials = Objects.requireNonNull(provider, "credentials");
        given.add("credentials");
    }

    /** How many calls a client may have under way. Default: what its HTTP client allows. */
    public void mostCalls(int calls) {
        mostCalls = calls;
    }

    /**
     * Refuses what was chosen for all services, because none is left to make a client for.
     *
     * @param finished what was given instead
     * @throws IllegalArgumentException naming what was chosen
     */
    public void refuseBeside(String finished) {
        refuse(given, finished);
    }

    /**
     * A client as chosen, which makes one attempt per call and gives it up after {@code callTimeout}.
     *
     * @param interceptors behind those that its user chose
     */
    public <B extends AwsAsyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> C build(
            B builder, Service<B> service, Duration callTimeout, ExecutionInterceptor... interceptors) {
        URI address = service.endpoint != null ? service.endpoint : endpoint;
        if (address != null) {
            pointTo(builder, address);
        }
        boolean isPlain = address != null && isPlain(address);
        if (service.subscriptions > 0) {
            builder.httpClientBuilder(subscribing(http(isPlain, READ_TIMEOUT), isPlain, service.subscriptions));
        } else if (isPlain || mostCalls != null) {
            builder.httpClientBuilder(http(isPlain, callTimeout));
        }
        if (region != null) {
            builder.region(region);
        }
        if (credentials != null) {
            builder.credentialsProvider(credentials);
        }
        service.customizers.forEach(customizer -> customizer.accept(builder));
        ClientOverrideConfiguration.Builder settings = builder.overrideConfiguration().toBuilder();
        List.of(interceptors).forEach(settings::addExecutionInterceptor);
        Duration limit =
                service.choosesCallTimeout ? settings.build().apiCallTimeout().orElse(callTimeout) : callTimeout;
        return builder.overrideConfiguration(settings.retryStrategy(AwsRetryStrategy.doNotRetry())
                        .apiCallTimeout(limit)
                        .putAdvancedOption(SdkAdvancedClientOption.USER_AGENT_PREFIX, userAgent)
                        .build())
                .build();
    }

    /** Region and credentials at a real endpoint stay what the SDK finds: a VPC endpoint is the service by another name. */
    private static <B extends AwsAsyncClientBuilder<B, C> & AwsClientBuilder<B, C>, C> void pointTo(
            B builder, URI address) {
        builder.endpointOverride(address);
        if (isPlain(address) || LocalEndpoint.isLoopback(address)) {
            builder.region(LocalEndpoint.region()).credentialsProvider(new LocalEndpoint(address));
        }
    }

    /** With no time-outs of its own below that of a call, which would come first and say nothing of the setting. */
    private NettyNioAsyncHttpClient.Builder http(boolean isPlain, Duration callTimeout) {
        NettyNioAsyncHttpClient.Builder http =
                NettyNioAsyncHttpClient.builder().readTimeout(callTimeout).writeTimeout(callTimeout);
        if (isPlain) {
            // The SDK would speak HTTP/2 without asking, which few plain servers understand.
            http.protocol(Protocol.HTTP1_1);
        }
        if (mostCalls != null) {
            http.maxConcurrency(mostCalls);
        }
        return http;
    }

    /** Each subscription takes a stream of HTTP/2, or a connection of HTTP/1.1, for five minutes. */
    private static NettyNioAsyncHttpClient.Builder subscribing(
            NettyNioAsyncHttpClient.Builder http, boolean isPlain, int subscriptions) {
        http.maxConcurrency((int) Math.min(Integer.MAX_VALUE, (long) subscriptions + CALLS_BESIDE));
        return isPlain
                ? http
                : http.protocol(Protocol.HTTP2)
                        .http2Configuration(
                                h2 -> h2.initialWindowSize(WINDOW_BYTES).healthCheckPingPeriod(PING_PERIOD));
    }

    private static boolean isPlain(URI address) {
        return "http".equalsIgnoreCase(address.getScheme());
    }

    private static URI requireWeb(String setting, URI address) {
        Objects.requireNonNull(address, setting);
        boolean isWeb = isPlain(address) || "https".equalsIgnoreCase(address.getScheme());
        if (!isWeb || address.getHost() == null) {
            throw new IllegalArgumentException(
                    setting + " must be an http or https address such as http://localhost:4566, was '" + address + "'");
        }
        return address;
    }

    private static void refuse(Set<String> settings, String finished) {
        if (!settings.isEmpty()) {
            throw new IllegalArgumentException(String.join(", ", settings) + " cannot be set beside " + finished
                    + ", which is finished already; leave out the one or the other");
        }
    }

    private static String version() {
        Properties properties = new Properties();
        try (InputStream stream = OwnClients.class.getResourceAsStream("version.properties")) {
            properties.load(Objects.requireNonNull(stream, "version.properties"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version");
    }
}
