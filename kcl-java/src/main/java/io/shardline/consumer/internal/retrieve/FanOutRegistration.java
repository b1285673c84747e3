package io.shardline.consumer.internal.retrieve;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import io.shardline.consumer.ConsumerException;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import io.shardline.runtime.internal.LoopCalls;
import io.shardline.runtime.internal.ServiceErrors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.kinesis.model.ConsumerStatus;
import software.amazon.awssdk.services.kinesis.model.StreamDescriptionSummary;

/**
 * The registered consumer that subscribes to one stream's shards: found, registered when it is missing, and waited for.
 *
 * <p>All workers of an application have the same one, and any of them registers it. Confined to the consumer loop.
 */
public final class FanOutRegistration {

    private static final Logger log = Logs.of(FanOutRegistration.class);

    private static final int MAX_NAME = 128;

    /** How much of a hash tells apart two names that begin alike. */
    private static final int HASH_CHARACTERS = 16;

    private static final Duration MAX_CALL = Duration.ofSeconds(10);

    private static final Backoff AGAIN = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(5));

    /** While it runs it polls, and looks again for as long as it takes. */
    private static final Backoff SELDOM = new Backoff(Duration.ofMinutes(1), Duration.ofMinutes(1));

    private final PollingSource.Setting setting;
    private final Target target;
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    /** What ends a registration that is under way. */
    private final List<Runnable> whenRegistered = new ArrayList<>();

    private @Nullable String arn;
    private @Nullable String streamArn;
    private @Nullable String waitsFor;
    private long beganAt;
    private int tries;
    private boolean begun;
    private boolean wasActive;
    private boolean looking;
    private boolean registering;
    private boolean givenUp;
    private boolean deregistered;
    private boolean held;

    /** Callbacks for when it is active, also while it is held. */
    private final List<Consumer<Boolean>> preparing = new ArrayList<>();

    /** Is asked before the consumer is registered. */
    public interface Gate {

        /** Answers once, on the loop. */
        void mayRegister(Consumer<Boolean> answer);
    }

    /**
     * What is subscribed with.
     *
     * @param consumerName the name that it is registered by, or null if it is given
     * @param consumerArn the ARN if it is given, or null
     * @param limit how long it is waited for the first time
     * @param failed called if it cannot be used, and is not to be waited for longer; null to poll and to look seldom then
     * @param gate is asked before it is registered; null to register it whenever it is missing
     */
    public record Target(
            String streamName,
            @Nullable String consumerName,
            @Nullable String consumerArn,
            Duration limit,
            @Nullable Consumer<ConsumerException> failed,
            @Nullable Gate gate) {}

    public FanOutRegistration(PollingSource.Setting setting, Target target) {
        this.setting = setting;
        this.target = target;
    }

    /** The name of an application's consumer: the application's, of which too long a one ends with a hash of the whole. */
    public static String nameOf(String applicationName) {
        if (applicationName.length() <= MAX_NAME) {
            return applicationName;
        }
        String hash = Hashing.sha256().hashString(applicationName, UTF_8).toString();
        return applicationName.substring(0, MAX_NAME - HASH_CHARACTERS - 1) + "-" + hash.substring(0, HASH_CHARACTERS);
    }

    /** Looks for the consumer, the first time. */
    public void begin() {
        if (!begun && !deregistered) {
            begun = true;
            beganAt = setting.loop().nanoTime();
            String given = target.consumerArn();
            if (given == null) {
                lookUp();
            } else {
                active(given);
            }
        }
    }

    /** The consumer's ARN once it is known to be active, or null. */
    @Nullable
    String arn() {
        return held ? null : arn;
    }

    /** From now on there are no subscriptions, and those that there are end. */
    public void hold() {
        held = true;
        arn = null; // it may be another one by the time that it is permitted
        waitsFor = null;
    }

    /** Whether there should be no subscriptions. */
    boolean isHeld() {
        return held;
    }

    /** From now on there are subscriptions, once the consumer is active. */
    public void permit() {
        if (held) {
            held = false;
            lookAnew();
        }
    }

    /** Sees to it that the consumer is active, though it is held. Calls back once, with whether it is. */
    public void prepare(Consumer<Boolean> then) {
        preparing.add(then);
        lookAnew();
    }

    private void lookAnew() {
        begun = true;
        givenUp = false;
        arn = null;
        tries = 0;
        beganAt = setting.loop().nanoTime();
        if (!looking) {
            lookUp();
        }
    }

    private boolean isUnwanted() {
        return deregistered || (held && preparing.isEmpty());
    }

    private void prepared(boolean isActive) {
        List<Consumer<Boolean>> told = List.copyOf(preparing);
        preparing.clear();
        told.forEach(then -> then.accept(isActive));
    }

    /** Calls back once the consumer is active. */
    void whenActive(Runnable then) {
        if (!held) {
            begin();
        }
        if (deregistered) {
            return;
        }
        if (arn() == null) {
            waiting.add(then);
        } else {
            then.run();
        }
    }

    /** How many wait to be called back. */
    int waiting() {
        return waiting.size();
    }

    /** Does not call back. */
    void withdraw(Runnable then) {
        waiting.remove(then);
    }

    /** In words, what has to happen before there can be subscriptions, or null if nothing has. */
    public @Nullable String waitsFor() {
        if (held) {
            return null;
        }
        return waitsFor == null || !givenUp ? waitsFor : waitsFor + "; its shards are polled";
    }

    /** Whether it may take long, so that nobody should wait for it. */
    public boolean isGivenUp() {
        return givenUp;
    }

    /** The service does not know the consumer, the stream or the shard. */
    void suspect() {
        String given = target.consumerArn();
        if (looking || deregistered || held) {
            return;
        }
        if (given == null) {
            arn = null;
            tries = 0;
            beganAt = setting.loop().nanoTime();
            lookUp();
            return;
        }
        looking = true;
        send(
                () -> setting.client().describeStreamConsumer(r -> r.consumerARN(given)),
                answer -> {
                    looking = false;
                    waitsFor = null;
                    givenUp = false;
                },
                failure -> {
                    looking = false;
                    if (isNotFound(failure)) {
                        givenUp = true;
                        says("does not exist; register it again, or change the setting retrieval");
                    }
                });
    }

    /** Ends the registration for the whole application; this worker polls from then on. Completes on the loop. */
    public CompletableFuture<Void> deregister() {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (target.consumerName() == null) {
            done.complete(null); // it is another's
            return done;
        }
        deregistered = true;
        arn = null;
        waitsFor = null;
        waiting.clear();
        return unregister(done);
    }

    /** Ends the registration; this worker subscribes no more while it is held. Completes on the loop. */
    public CompletableFuture<Void> unregister() {
        prepared(false);
        return unregister(new CompletableFuture<>());
    }

    private CompletableFuture<Void> unregister(CompletableFuture<Void> done) {
        if (registering) {
            whenRegistered.add(() -> deregister(done)); // or there would be one after all
        } else {
            deregister(done);
        }
        return done;
    }

    /** Asks the service what it knows of the stream. Calls one of both on the loop. */
    public void describe(Consumer<StreamDescriptionSummary> answer, Consumer<Throwable> failure) {
        send(
                () -> setting.client().describeStreamSummary(r -> r.streamName(target.streamName())),
                response -> answer.accept(response.streamDescriptionSummary()),
                failure);
    }

    private void deregister(CompletableFuture<Void> done) {
        String stream = streamArn;
        if (stream == null) {
            describe(answer -> deregister(answer.streamARN(), done), failure -> notDeregistered(failure, done));
        } else {
            deregister(stream, done);
        }
    }

    private void deregister(String stream, CompletableFuture<Void> done) {
        send(
                () -> setting.client()
                        .deregisterStreamConsumer(r -> r.streamARN(stream).consumerName(target.consumerName())),
                answer -> {
                    log.info("{} is deregistered", this);
                    done.complete(null);
                },
                failure -> notDeregistered(failure, done));
    }

    private void notDeregistered(Throwable failure, CompletableFuture<Void> done) {
        if (isNotFound(failure)) {
            done.complete(null); // it is gone, or its stream is
        } else {
            done.completeExceptionally(
                    new ConsumerException(this + " cannot be deregistered: " + words(failure), failure));
        }
    }

    private void lookUp() {
        if (isUnwanted()) {
            looking = false;
            return;
        }
        looking = true;
        if (streamArn != null) {
            find(streamArn);
            return;
        }
        if (waitsFor == null) {
            says("is being looked for");
        }
        look(
                () -> setting.client().describeStreamSummary(r -> r.streamName(target.streamName())),
                answer -> {
                    String found = answer.streamDescriptionSummary().streamARN();
                    streamArn = found;
                    find(found);
                },
                failure -> failed("DescribeStreamSummary", failure));
    }

    private void find(String stream) {
        look(
                () -> setting.client()
                        .describeStreamConsumer(r -> r.streamARN(stream).consumerName(target.consumerName())),
                answer -> found(
                        answer.consumerDescription().consumerStatus(),
                        answer.consumerDescription().consumerARN()),
                failure -> {
                    if (isNotFound(failure)) {
                        missing(stream);
                    } else {
                        failed("DescribeStreamConsumer", failure);
                    }
                });
    }

    private void missing(String stream) {
        Gate gate = target.gate();
        if (gate == null) {
            register(stream);
            return;
        }
        gate.mayRegister(may -> {
            if (isUnwanted()) {
                looking = false;
            } else if (may) {
                register(stream);
            } else {
                says("is not registered");
                again();
            }
        });
    }

    private void register(String stream) {
        registering = true;
        look(
                () -> setting.client()
                        .registerStreamConsumer(r -> r.streamARN(stream).consumerName(target.consumerName())),
                answer -> {
                    registered();
                    log.info("{} is registered", this);
                    found(answer.consumer().consumerStatus(), answer.consumer().consumerARN());
                },
                failure -> {
                    registered();
                    if (ServiceErrors.code(failure).equals("ResourceInUseException")) {
                        says("is being registered by another worker");
                        again();
                    } else {
                        failed("RegisterStreamConsumer", failure);
                    }
                });
    }

    /** As {@link #send}, for the way to a consumer that is active: it ends where that is deregistered meanwhile. */
    private <T> void look(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        send(
                call,
                result -> unlessDeregistered(() -> answer.accept(result)),
                thrown -> unlessDeregistered(() -> failure.accept(thrown)));
    }

    private void unlessDeregistered(Runnable next) {
        if (!deregistered) {
            next.run();
        } else if (registering) {
            registered();
        }
    }

    private void registered() {
        registering = false;
        List<Runnable> told = List.copyOf(whenRegistered);
        whenRegistered.clear();
        told.forEach(Runnable::run);
    }

    private void found(ConsumerStatus status, String found) {
        if (status == ConsumerStatus.ACTIVE) {
            active(found);
        } else {
            says("is " + status);
            again();
        }
    }

    private void active(String found) {
        looking = false;
        if (isUnwanted()) {
            return;
        }
        arn = found;
        wasActive = true;
        tries = 0;
        waitsFor = null;
        givenUp = false;
        prepared(true);
        if (!held) {
            List<Runnable> told = List.copyOf(waiting);
            waiting.clear();
            told.forEach(Runnable::run);
        }
    }

    private void failed(String operation, Throwable failure) {
        says("cannot be used yet: " + operation + " failed: " + words(failure));
        if (!wasActive && !ServiceErrors.isTransient(failure) && !isNotFound(failure)) {
            giveUp(this + " cannot be used: " + operation + " failed: " + words(failure), failure);
        } else {
            again();
        }
    }

    private void again() {
        if (setting.loop().nanoTime() - beganAt >= target.limit().toNanos()) {
            giveUp(waitsFor + "; waited for " + target.limit().toMillis() / 1_000.0 + " s (startTimeout)", null);
        } else {
            lookAgain(AGAIN);
        }
    }

    /** Whoever can poll goes on with that, and looks for it seldom. */
    private void giveUp(String why, @Nullable Throwable failure) {
        prepared(false);
        Consumer<ConsumerException> failed = target.failed();
        if (failed != null && !wasActive) {
            looking = false;
            failed.accept(new ConsumerException(why, failure));
            return;
        }
        if (!givenUp && !held) {
            givenUp = true;
            log.warn("{}; its shards are polled, and it is looked for at least once a minute", why);
        }
        lookAgain(SELDOM);
    }

    private void lookAgain(Backoff pause) {
        tries++;
        setting.loop().schedule(pause.delayNanos(tries, setting.platform().random()), this::lookUp);
    }

    private void says(String what) {
        String text = this + " " + what;
        if (!text.equals(waitsFor)) {
            waitsFor = text;
            log.info("{}", text);
        }
    }

    private static boolean isNotFound(Throwable failure) {
        return ServiceErrors.code(failure).equals("ResourceNotFoundException");
    }

    private static String words(Throwable failure) {
        return ServiceErrors.code(failure) + ": " + ServiceErrors.message(failure);
    }

    private <T> void send(Supplier<CompletableFuture<T>> call, Consumer<T> answer, Consumer<Throwable> failure) {
        boolean[] over = {false};
        EventLoop.Timer watch = setting.loop().schedule(MAX_CALL.toNanos(), () -> {
            over[0] = true;
            failure.accept(SdkClientException.create("no answer within " + MAX_CALL));
        });
        LoopCalls.send(setting.loop(), setting.platform().io(), call, (result, thrown) -> {
            watch.cancel();
            if (over[0]) {
                return; // it comes too late
            }
            if (thrown != null) {
                failure.accept(thrown);
            } else {
                answer.accept(Objects.requireNonNull(result));
            }
        });
    }

    @Override
    public String toString() {
        String name = target.consumerArn() == null ? target.consumerName() : target.consumerArn();
        return "fan-out consumer '" + name + "' of stream '" + target.streamName() + "'";
    }
}
