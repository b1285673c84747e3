package io.shardline.consumer.internal.lease;

import com.google.common.collect.ImmutableMap;
import io.shardline.consumer.internal.lease.SessionRow.Renewal;
import io.shardline.runtime.Platform;
import io.shardline.runtime.internal.Backoff;
import io.shardline.runtime.internal.EventLoop;
import io.shardline.runtime.internal.Logs;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * This worker's session: keeps it alive, and knows when it is over (rules 1 to 5 of the lease protocol).
 *
 * <p>A session acts until the <em>sending</em> of its last confirmed heartbeat plus {@link Timing#actNanos}, on this
 * machine's monotonic clock. Others start to count when they see the heartbeat, which is after it landed, which is after
 * it was sent; so they are never earlier. A session past its deadline is over for good: no late answer brings it back,
 * the worker joins again under a new name. Confined to the consumer loop, but for {@link #mayAct}.
 */
public final class SessionKeeper {

    private static final Logger log = Logs.of(SessionKeeper.class);

    /** Renewals come a little early, so that workers started together drift apart. */
    private static final double JITTER = 0.03;

    /** Before the next session, after some in a row that could be created and never renewed. */
    private static final Backoff REJOIN = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1));

    private final EventLoop loop;
    private final Platform platform;
    private final StoreCalls calls;
    private final LeaseStore store;
    private final ProtocolRules rules;
    private final Timing timing;
    private final Worker worker;
    private final Listener listener;

    private @Nullable String id;
    private long heartbeat;
    private volatile long sentWallMillis;
    private volatile long deadlineNanos;
    private EventLoop.@Nullable Timer beat;
    private boolean renewing;
    private boolean hurry;
    private int leases;
    private boolean leaving;
    private @Nullable ImmutableMap<String, ReadPressure> pressure;
    private final Map<String, Integer> asksRead = new LinkedHashMap<>();
    private final Map<String, Long> inboxRead = new LinkedHashMap<>();
    private boolean stopped;
    private int neverRenewed;

    /** What the rest of the consumer must do when a session begins, renews or ends. Called on the loop. */
    public interface Listener {

        /** A session is confirmed. {@code previous} is this worker's session before it, over by now. */
        void sessionStarted(String session, @Nullable String previous);

        /** A renewal is confirmed; the row carries what others ask. */
        void sessionRenewed(SessionRow row);

        /** Everything held under the session must be dropped before this returns. */
        void sessionOver(String session, String why);
    }

    /** What a keeper works with. */
    public record Setting(EventLoop loop, Platform platform, StoreCalls calls, LeaseStore store, ProtocolRules rules) {

        public Setting(EventLoop loop, Platform platform, StoreCalls calls, LeaseStore store) {
            this(loop, platform, calls, store, ProtocolRules.ALL);
        }
    }

    public SessionKeeper(Setting setting, Timing timing, Worker worker, Listener listener) {
        this.loop = setting.loop();
        this.platform = setting.platform();
        this.calls = setting.calls();
        this.store = setting.store();
        this.rules = setting.rules();
        this.timing = timing;
        this.worker = worker;
        this.listener = listener;
    }

    /** The session that lives now, or null while there is none. */
    public @Nullable String id() {
        return id;
    }

    public boolean isCurrent(String session) {
        return session.equals(id);
    }

    /** How many leases the next renewal tells others of. */
    public void holds(int count) {
        leases = count;
    }

    /** What the next renewal tells others of streams that are read automatically. */
    public void feels(ImmutableMap<String, ReadPressure> streams) {
        pressure = streams;
    }

    /** Tells the others at once, not with the next renewal, that this session takes no more leases. */
    public void sayLeaving() {
        leaving = true;
        if (id == null) {
            return;
        }
        if (renewing) {
            hurry = true;
        } else {
            cancelBeat();
            renew();
        }
    }

    /** An ask that was served or refused; the next renewal removes it, unless it is repeated with another number. */
    public void askRead(String asker, int count) {
        asksRead.put(asker, count);
    }

    /** A notice that was acted upon; the next renewal removes it, unless it is repeated for a later state of the lease. */
    public void inboxRead(String key, long counter) {
        inboxRead.put(key, counter);
    }

    /** How often this session renews. */
    long beatNanos() {
        return timing.beatNanos();
    }

    /**
     * Whether the session's time is not up. Any thread may ask; whoever was told to drop a lease of an earlier session
     * must look at that first.
     */
    public boolean mayAct() {
        return isInTime() && !isWallClockFarAhead();
    }

    private boolean isInTime() {
        return platform.nanoTime().getAsLong() - deadlineNanos < 0;
    }

    /** Joins the fleet under a new session. */
    public void join(@Nullable String previous) {
        String fresh = rules.newSession(worker.id(), platform.random().nextLong());
        SessionRow row = SessionRow.created(fresh, worker, timing);
        long sent = loop.nanoTime();
        long wall = platform.wallClock().millis();
        calls.write(
                calls.first(() -> store.createSession(row), () -> !stopped),
                created -> joined(fresh, previous, sent, wall),
                existing -> {
                    if (row.equals(existing)) {
                        joined(fresh, previous, sent, wall); // an earlier attempt landed
                    } else {
                        join(previous);
                    }
                });
    }

    /** Looks at the clocks; called before every event of the loop. */
    public void checkDeadline() {
        String session = id;
        if (session == null) {
            return;
        }
        if (!isInTime() && rules.endsAtDeadline()) {
            over(session, "no heartbeat was confirmed in time");
        } else if (isWallClockFarAhead()) {
            over(session, "the wall clock moved by more than the lease duration since the last heartbeat");
        }
    }

    /** Ends the session after everything of it was dropped. No session follows. */
    public void leave(Runnable done) {
        stopped = true;
        String session = id;
        end();
        if (session == null) {
            done.run();
        } else {
            retire(session, null, done);
        }
    }

    /** Stops at once, telling nobody; others will notice. */
    public void abandon() {
        stopped = true;
        end();
    }

    private boolean isWallClockFarAhead() {
        // The monotonic clock of Linux stands still while a machine is suspended; the wall clock does not.
        return platform.wallClock().millis() - sentWallMillis > timing.leaseNanos() / 1_000_000;
    }

    private void joined(String fresh, @Nullable String previous, long sent, long wall) {
        if (stopped) {
            retire(fresh, null, () -> {});
            return;
        }
        if (loop.nanoTime() - (sent + timing.actNanos()) >= 0) {
            log.warn("session={} was confirmed after its own deadline; joining again", fresh);
            retire(fresh, null, () -> {});
            join(previous);
            return;
        }
        id = fresh;
        neverRenewed++; // so far
        heartbeat = 0;
        renewing = false;
        hurry = leaving;
        asksRead.clear();
        inboxRead.clear();
        confirm(sent, wall);
        beatAgain(sent);
        log.info("worker={} joined as session={}", worker.id(), fresh);
        if (previous != null) {
            retire(previous, fresh, () -> {});
        }
        listener.sessionStarted(fresh, previous);
    }

    private void confirm(long sent, long wall) {
        sentWallMillis = wall;
        deadlineNanos = rules.countsFrom(sent, loop.nanoTime()) + timing.actNanos();
    }

    private void beatAgain(long lastSent) {
        if (hurry) {
            hurry = false;
            renew();
        } else {
            scheduleBeat(lastSent);
        }
    }

    private void scheduleBeat(long lastSent) {
        long period =
                (long) (timing.beatNanos() * (1 - JITTER * platform.random().nextDouble()));
        beat = loop.schedule(lastSent + period - loop.nanoTime(), this::renew);
    }

    private void renew() {
        String session = id;
        if (session == null) {
            return;
        }
        renewing = true;
        Renewal renewal =
                new Renewal(leases, leaving, ImmutableMap.copyOf(asksRead), ImmutableMap.copyOf(inboxRead), pressure);
        send(session, renewal, new Sent(loop.nanoTime(), platform.wallClock().millis()));
    }

    /** When the first attempt to move a heartbeat was sent, by both clocks. */
    private record Sent(long nanos, long wallMillis) {}

    private void send(String session, Renewal renewal, Sent first) {
        long from = heartbeat;
        calls.write(
                calls.first(() -> store.renew(session, from, renewal), () -> isCurrent(session)),
                row -> {
                    if (isCurrent(session)) {
                        renewing = false;
                        try {
                            renewed(row, first);
                        } finally {
                            beatAgain(first.nanos());
                        }
                    }
                },
                row -> {
                    if (!isCurrent(session)) {
                        return;
                    }
                    if (row != null && row.alive() && row.heartbeat() == from + 1) {
                        renewed(row, first); // landed, and only its answer was lost
                        renew();
                    } else if (row != null && row.alive() && row.heartbeat() == from && !row.hasAsRead(renewal)) {
                        send(session, renewal.readingNothing(), first); // it shows what was repeated meanwhile
                    } else {
                        over(session, whyRefused(row));
                    }
                });
    }

    private static String whyRefused(@Nullable SessionRow row) {
        if (row == null) {
            return "its row is gone";
        }
        return row.alive() ? "somebody else renewed it: " + row : "another worker marked it dead";
    }

    private void renewed(SessionRow row, Sent first) {
        heartbeat = row.heartbeat();
        neverRenewed = 0;
        confirm(first.nanos(), first.wallMillis());
        asksRead.clear(); // the row shows what is left, and what it lacks must not stand in the way of a renewal
        inboxRead.clear();
        listener.sessionRenewed(row);
    }

    private void over(String session, String why) {
        log.warn("session={} is over: {}", session, why);
        end();
        listener.sessionOver(session, why);
        if (neverRenewed == 0) {
            joinAgain(session);
        } else {
            loop.schedule(REJOIN.delayNanos(neverRenewed, platform.random()), () -> joinAgain(session));
        }
    }

    private void joinAgain(String previous) {
        if (!stopped) {
            join(previous);
        }
    }

    private void end() {
        id = null;
        deadlineNanos = loop.nanoTime();
        cancelBeat();
    }

    private void cancelBeat() {
        if (beat != null) {
            beat.cancel();
        }
    }

    /** W4. Only the process that ran a session may do this, and only after it has dropped all. */
    private void retire(String session, @Nullable String heir, Runnable done) {
        calls.write(calls.first(() -> store.retire(session, heir), () -> true), row -> done.run(), row -> done.run());
    }
}
