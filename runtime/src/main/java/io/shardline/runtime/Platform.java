package io.shardline.runtime;

import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Everything nondeterministic that a producer or a consumer uses, injected once, as JDK types.
 *
 * <p>{@link SystemPlatform} makes the real one. A test or a simulation passes its own, and then the whole of Shardline
 * runs on the time, the threads and the random numbers of that test. Immutable.
 *
 * @param loop the one thread that owns all state; it must run its tasks one at a time and in order
 * @param io where requests are marshalled, signed and sent, so that the loop never waits for credentials
 * @param priorityIo as {@code io}, for what must not wait behind other requests: a consumer's heartbeat
 * @param userCode where a producer's futures are completed and handlers run
 * @param priorityUserCode as {@code userCode}, for what must not wait behind a consumer's handlers: its listener, and the last
 *     call of a handler whose shard is let go
 * @param futures where a consumer's futures are completed; no handler and no listener is called there, so each of them may wait
 *     for a future
 * @param nanoTime monotonic time in nanoseconds; every deadline, back-off and lease counts on it
 * @param wallClock the time of day; for log lines, for noticing that a machine was suspended, never for comparing machines
 * @param random jitter and session ids; read on the loop only, so it need not be thread-safe
 */
public record Platform(
        ScheduledExecutorService loop,
        Executor io,
        Executor priorityIo,
        Executor userCode,
        Executor priorityUserCode,
        Executor futures,
        LongSupplier nanoTime,
        InstantSource wallClock,
        RandomGenerator random) {

    /** A platform with one executor for all user code. */
    public Platform(
            ScheduledExecutorService loop,
            Executor io,
            Executor priorityIo,
            Executor userCode,
            LongSupplier nanoTime,
            InstantSource wallClock,
            RandomGenerator random) {
        this(loop, io, priorityIo, userCode, userCode, userCode, nanoTime, wallClock, random);
    }
}
