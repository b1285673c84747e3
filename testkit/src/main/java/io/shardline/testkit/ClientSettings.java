package io.shardline.testkit;

import java.util.concurrent.Executor;

/**
 * How one client reaches the emulator: its network, its faults, and where its futures complete.
 *
 * <p>Immutable.
 *
 * @param requestLatency from the call to its arrival
 * @param replyLatency from the answer to its arrival at the caller
 * @param faults what goes wrong
 * @param callbacks where futures are completed, and with them what hangs on them; in a simulation this is a pool of the
 *     caller's process, so that nothing happens in a process that is paused or dead
 */
public record ClientSettings(Latency requestLatency, Latency replyLatency, Faults faults, Executor callbacks) {
    /** No latency, no faults, futures completed by the emulator's own thread: what hangs on them must not block. */
    public static ClientSettings defaults() {
        return new ClientSettings(Latency.none(), Latency.none(), Faults.none(), Runnable::run);
    }

    /** The same with another latency for both ways. */
    public ClientSettings latency(Latency latency) {
        return new ClientSettings(latency, latency, faults, callbacks);
    }

    /** The same with other faults. */
    public ClientSettings faults(Faults changed) {
        return new ClientSettings(requestLatency, replyLatency, changed, callbacks);
    }

    /** The same with another executor for completing futures. */
    public ClientSettings callbacks(Executor changed) {
        return new ClientSettings(requestLatency, replyLatency, faults, changed);
    }
}
