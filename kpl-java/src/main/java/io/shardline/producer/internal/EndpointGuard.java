package io.shardline.producer.internal;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * The circuit breaker of the endpoint: stops sending while nothing gets through, but for one request at a time that tries.
 *
 * <p>It counts connection errors, time-outs and 5xx, and never throttles or refusals: who refuses is alive. Want of
 * credentials counts as neither. Confined to the loop.
 */
final class EndpointGuard {

    /** So many requests are looked back at. */
    static final int WINDOW = 20;

    /** Of these, in percent, must have failed; fewer may be one broken host behind the endpoint. */
    static final int FAILURE_PERCENT = 90;

    /** How long nothing is sent: between half of this and all of it, so that producers do not come back all at once. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private final CircuitBreaker breaker;
    private final Ticks ticks;
    private final RandomGenerator random;
    private long nextTryAt;

    EndpointGuard(Ticks ticks, RandomGenerator random) {
        this.ticks = ticks;
        this.random = random;
        this.breaker = CircuitBreaker.of(
                "kinesis",
                CircuitBreakerConfig.custom()
                        .slidingWindowType(SlidingWindowType.COUNT_BASED)
                        .slidingWindowSize(WINDOW)
                        .minimumNumberOfCalls(WINDOW / 2)
                        .failureRateThreshold(FAILURE_PERCENT)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitIntervalFunctionInOpenState(this::pauseMillis)
                        .clock(new TickClock(ticks))
                        .currentTimestampFunction(clock -> ticks.now(), TimeUnit.NANOSECONDS)
                        .build());
    }

    /** Whether nothing gets through at the moment. */
    boolean isOpen() {
        return breaker.getState() != State.CLOSED;
    }

    /** Whether a request may be sent now; what is permitted has to be sent. */
    boolean permits() {
        return breaker.tryAcquirePermission();
    }

    /** When to ask again after {@link #permits} said no. While a request tries its luck its answer comes first. */
    long nextTryAt() {
        return breaker.getState() == State.OPEN ? nextTryAt : Ticks.NEVER;
    }

    /** To be told of the end of each request. */
    void answered(Answer answer, long startedAt) {
        long duration = ticks.now() - startedAt;
        if (answer instanceof Answer.Failed failed && RetryClassifier.isOfNoEndpoint(failed.failure())) {
            breaker.releasePermission();
        } else if (answer instanceof Answer.Failed failed && RetryClassifier.isEndpointFailure(failed.failure())) {
            breaker.onError(duration, TimeUnit.NANOSECONDS, new IllegalStateException("no success"));
        } else {
            breaker.onSuccess(duration, TimeUnit.NANOSECONDS);
        }
    }

    /** Something threw, and no request is there that could tell how it stands. */
    void recover() {
        if (breaker.getState() == State.HALF_OPEN) {
            breaker.transitionToClosedState();
        }
    }

    private long pauseMillis(int attempt) {
        long most = LONGEST_PAUSE.toMillis();
        long pause = most / 2 + (long) (random.nextDouble() * most / 2);
        // One more, because the breaker opens only after the pause.
        nextTryAt = ticks.now() + TimeUnit.MILLISECONDS.toNanos(pause + 1);
        return pause;
    }

    /**
     * Our ticks as a clock of the JDK's. Thread-safe.
     */
    private static final class TickClock extends Clock {

        private final Ticks ticks;

        TickClock(Ticks ticks) {
            this.ticks = ticks;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(0, ticks.now());
        }
    }
}
