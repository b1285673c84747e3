package io.shardline.runtime.internal;

import io.shardline.runtime.Platform;
import io.shardline.runtime.SystemPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;

/**
 * The client and the platform that a producer or a consumer works with, and which of them it has to close.
 *
 * <p>Thread-safe.
 */
public final class OwnedResources {

    private static final Logger log = Logs.of(OwnedResources.class);

    private final KinesisAsyncClient client;
    private final Platform platform;
    private final boolean userCodeIsGiven;
    private final List<AutoCloseable> owned;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * What is made where nothing is given.
     *
     * @param name part of the thread names
     * @param userCodeThreads how many futures or handlers run at a time
     * @param ownClient makes a client
     * @param harmOfRetries what a client that retries would do, for the message that refuses it
     */
    public record Defaults(
            String name, int userCodeThreads, Supplier<KinesisAsyncClient> ownClient, String harmOfRetries) {}

    private OwnedResources(
            KinesisAsyncClient client, Platform platform, boolean userCodeIsGiven, List<AutoCloseable> owned) {
        this.client = client;
        this.userCodeIsGiven = userCodeIsGiven;
        this.platform = platform;
        this.owned = new CopyOnWriteArrayList<>(owned);
    }

    /** What is given, and nothing to close. */
    public static OwnedResources of(KinesisAsyncClient client, Platform platform) {
        return new OwnedResources(client, platform, false, List.of());
    }

    /**
     * Takes what is given and makes what is not.
     *
     * @throws IllegalArgumentException if the given client retries by itself
     */
    public static OwnedResources complete(
            @Nullable KinesisAsyncClient client, @Nullable Platform platform, Defaults defaults) {
        return complete(client, platform, null, defaults);
    }

    /**
     * As above.
     *
     * @param userCode where user code runs, in place of threads for it; of no use beside a platform
     * @throws IllegalArgumentException if the given client retries by itself
     */
    public static OwnedResources complete(
            @Nullable KinesisAsyncClient client,
            @Nullable Platform platform,
            @Nullable Executor userCode,
            Defaults defaults) {
        List<AutoCloseable> owned = new ArrayList<>();
        KinesisAsyncClient usedClient = client;
        if (usedClient == null) {
            usedClient = defaults.ownClient().get();
            owned.add(usedClient);
        } else {
            KinesisClients.requireOneAttempt(usedClient, defaults.harmOfRetries());
        }
        Platform usedPlatform = platform;
        if (usedPlatform == null) {
            SystemPlatform started = userCode == null
                    ? SystemPlatform.start(defaults.name(), defaults.userCodeThreads())
                    : SystemPlatform.start(defaults.name(), userCode);
            usedPlatform = started.platform();
            owned.add(started); // last: the clients may be closed on one of its threads
        }
        return new OwnedResources(usedClient, usedPlatform, userCode != null, owned);
    }

    /** Takes over the duty to close something, before all else. */
    public <T extends AutoCloseable> T own(T resource) {
        owned.add(0, resource);
        return resource;
    }

    public KinesisAsyncClient client() {
        return client;
    }

    public Platform platform() {
        return platform;
    }

    /** Whether user code runs on an executor of the user's own, and not on a few threads that were started for it. */
    public boolean userCodeIsGiven() {
        return userCodeIsGiven;
    }

    /** Closes what was made here, once; may block. */
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        for (AutoCloseable resource : owned) {
            try {
                resource.close();
            } catch (Exception e) {
                log.warn("could not close {}", resource.getClass().getSimpleName(), e);
            }
        }
    }
}
