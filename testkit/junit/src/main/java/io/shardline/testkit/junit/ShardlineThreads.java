package io.shardline.testkit.junit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The threads of producers and consumers that ran at one moment, to find those that were started since and never ended.
 *
 * <p>Immutable.
 */
final class ShardlineThreads {

    /** As the system platform names them. */
    private static final Pattern NAME = Pattern.compile("shardline-(producer|consumer)-[a-z-]+-\\d+");

    /** How long the threads of what was closed may take to end; they have nothing more to do. */
    private static final long GRACE_MILLIS = 1000;

    private final Set<Thread> before;

    private ShardlineThreads(Set<Thread> before) {
        this.before = before;
    }

    static ShardlineThreads now() {
        return new ShardlineThreads(Set.copyOf(Thread.getAllStackTraces().keySet()));
    }

    /** What was started since and is still running, a sentence each for producers and consumers. */
    List<String> stillRunning() {
        Map<String, List<String>> byOwner = new TreeMap<>();
        long grace = GRACE_MILLIS;
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            Matcher name = NAME.matcher(thread.getName());
            if (name.matches() && !before.contains(thread) && !ends(thread, grace)) {
                grace = 1; // the others have had the time too
                byOwner.computeIfAbsent(name.group(1), owner -> new ArrayList<>())
                        .add(thread.getName());
            }
        }
        List<String> sentences = new ArrayList<>();
        byOwner.forEach((owner, threads) -> sentences.add("a " + owner
                + " that the test built still runs, and has to be closed; its threads are "
                + threads.stream().sorted().toList()));
        return sentences;
    }

    private static boolean ends(Thread thread, long graceMillis) {
        try {
            thread.join(graceMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }
}
