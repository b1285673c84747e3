package io.shardline.testkit;

import java.util.concurrent.Executor;

/**
 * How one client reaches the emulator: its name, its network, its faults, and where its futures complete.
 *
 * <p>Immutable.
 *
 * @param name what {@link FaultPlan} calls this client's calls; several clients may have one name
 * @param requestLatency from the call to its arrival
 * @param replyLatency from the answer to its arrival at the caller, and from an event of a subscription to its
 * @param faults what goes wrong
 * @param callbacks where futures are completed, and with them what hangs on them, and where subscribers are called; in a
 *     simulation this is a pool of the caller's process, so that nothing happens in a process that is paused or dead
 */
public record ClientSettings(
        String name, Latency requestLatency, Latency replyLatency, Faults faults, Executor callbacks) {
    /**
     * The name {@code client}, no latency, no faults, futures completed by the emulator's own thread: what hangs on them must
     * not block.
     */
    public static ClientSettings defaults() {
        return new ClientSettings("client", Latency.none(), Latency.none(), Faults.none(), Runnable::run);
    }

    /** The same with another name. */
    public ClientSettings name(String changed) {
        return new ClientSettings(changed, requestLatency, replyLatency, faults, callbacks);
    }

    /** The same with another latency for both ways. */
    public ClientSettings latency(Latency latency) {
        return new ClientSettings(name, latency, latency, faults, callbacks);
    }

    /** The same with other faults. */
    public ClientSettings faults(Faults changed) {
        return new ClientSettings(name, requestLatency, replyLatency, changed, callbacks);
    }

    /** The same with another executor for completing futures. */
    public ClientSettings callbacks(Executor changed) {
        return new ClientSettings(name, requestLatency, replyLatency, faults, changed);
    }
}
