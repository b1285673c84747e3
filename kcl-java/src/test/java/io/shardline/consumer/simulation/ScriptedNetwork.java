package io.shardline.consumer.simulation;

import io.shardline.consumer.simulation.SimulatedLeaseTable.Fate;
import io.shardline.consumer.simulation.SimulatedLeaseTable.Network;
import io.shardline.testkit.time.SimulatedTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that does what a test tells it, and remembers what was sent over it.
 *
 * <p>Confined to the simulation.
 */
public final class ScriptedNetwork implements Network {

    private static final Duration USUAL_DELAY = Duration.ofMillis(5);

    private final SimulatedTime time;
    private final List<Sent> sent = new ArrayList<>();
    private final List<Rule> rules = new ArrayList<>();
    private final Map<String, Fate> ofRows = new HashMap<>();
    private Duration delay = USUAL_DELAY;
    private Fate sharedFate = Fate.ANSWERED;
    private double shareOfCalls;
    private boolean cut;
    private boolean denied;

    /** A call, and when it was sent. */
    public record Sent(String operation, String key, long nanos) {}

    private static final class Rule {
        private final String operation;
        private final Fate fate;
        private int times;

        private Rule(String operation, Fate fate, int times) {
            this.operation = operation;
            this.fate = fate;
            this.times = times;
        }
    }

    /** A network on which all goes well. */
    public ScriptedNetwork(SimulatedTime time) {
        this.time = time;
    }

    /** The next calls of this operation fare so. */
    public void next(int times, String operation, Fate fate) {
        rules.add(new Rule(operation, fate, times));
    }

    /** The next call of this operation fares so. */
    public void next(String operation, Fate fate) {
        next(1, operation, fate);
    }

    /** All calls of this operation fare so from now on. */
    public void always(String operation, Fate fate) {
        next(Integer.MAX_VALUE, operation, fate);
    }

    /** All calls that are about this row fare so from now on. */
    public void always(String operation, String key, Fate fate) {
        ofRows.put(operation + " " + key, fate);
    }

    /** So many of all calls, not counting those that a rule is for, fare so from now on. */
    public void share(double share, Fate fate) {
        sharedFate = fate;
        shareOfCalls = share;
    }

    /** Every message takes this long from now on. */
    public void delay(Duration changed) {
        delay = changed;
    }

    /** Nothing arrives from now on. */
    public void cut() {
        cut = true;
    }

    /** Nothing is allowed from now on. */
    public void deny() {
        denied = true;
    }

    /** The network works again, and everything is allowed. */
    public void mend() {
        cut = false;
        denied = false;
    }

    /** All calls of one operation so far. */
    public List<Sent> sent(String operation) {
        return sent.stream().filter(call -> call.operation().equals(operation)).toList();
    }

    /** All calls so far. */
    public List<Sent> sent() {
        return List.copyOf(sent);
    }

    @Override
    public Duration delay() {
        return delay;
    }

    @Override
    public Fate fate(String operation, String key) {
        sent.add(new Sent(operation, key, time.nowNanos()));
        if (cut) {
            return Fate.REQUEST_LOST;
        }
        if (denied) {
            return Fate.DENIED;
        }
        Fate ofRow = ofRows.get(operation + " " + key);
        if (ofRow != null) {
            return ofRow;
        }
        for (Rule rule : rules) {
            if (rule.operation.equals(operation) && rule.times > 0) {
                rule.times--;
                return rule.fate;
            }
        }
        return shareOfCalls > 0 && time.random().nextDouble() < shareOfCalls ? sharedFate : Fate.ANSWERED;
    }
}
