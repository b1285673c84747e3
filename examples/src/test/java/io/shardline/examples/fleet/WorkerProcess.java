package io.shardline.examples.fleet;

import io.shardline.examples.tools.Worker;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A worker as a process, and what its log and its file say.
 *
 * <p>Confined to one thread.
 */
final class WorkerProcess implements AutoCloseable {

    private static final Pattern LOST = Pattern.compile("lease-lost shard=(\\S+)");
    private static final String DROPPED = "stopped, and dropped shards=";

    private final Program program;
    private final Path file;

    /** A line of its log. Immutable. */
    record Said(Instant at, String what) {

        private static Said of(String line) {
            int first = line.indexOf(' ');
            return new Said(Instant.parse(line.substring(0, first)), line.substring(line.indexOf(' ', first + 1) + 1));
        }
    }

    WorkerProcess(Path folder, String name, String options) {
        this.file = folder.resolve(name + ".records");
        this.program = Program.start(folder, name, Worker.class, options + " --worker-id " + name + " --out " + file);
    }

    Program program() {
        return program;
    }

    String name() {
        return program.name();
    }

    Path file() {
        return file;
    }

    /** Its log. */
    List<Said> log() {
        return program.err().stream()
                .filter(line -> line.contains(" worker=" + name() + " "))
                .map(Said::of)
                .toList();
    }

    /** When it first said something that begins so, not before {@code since}. */
    Optional<Instant> said(String beginning, Instant since) {
        return log().stream()
                .filter(line -> line.what().startsWith(beginning) && !line.at().isBefore(since))
                .map(Said::at)
                .findFirst();
    }

    /** When it started a shard, not before {@code since}. */
    Optional<Instant> started(String shard, Instant since) {
        return log().stream()
                .filter(line -> line.what().equals("shard-started shard=" + shard)
                        && !line.at().isBefore(since))
                .map(Said::at)
                .findFirst();
    }

    /** The shards that it has started, one more than once if it was started again. */
    List<String> startedShards() {
        String beginning = "shard-started shard=";
        return log().stream()
                .map(Said::what)
                .filter(what -> what.startsWith(beginning))
                .map(what -> what.substring(beginning.length()))
                .toList();
    }

    /**
     * How often it lost each shard, by its log: what it handled since its last checkpoint is then handled by the next owner
     * again. On a busy machine that happens to a worker whose session could not be kept alive.
     */
    Map<String, Integer> losses() {
        Map<String, Integer> losses = new TreeMap<>();
        for (Said line : log()) {
            Matcher lost = LOST.matcher(line.what());
            if (lost.lookingAt()) {
                losses.merge(lost.group(1), 1, Integer::sum);
            } else if (line.what().startsWith(DROPPED)) {
                String shards = line.what().substring(DROPPED.length());
                for (String shard : shards.replaceAll("[\\[\\] ]", "").split(",", -1)) {
                    losses.merge(shard, 1, Integer::sum);
                }
            }
        }
        return losses;
    }

    @Override
    public void close() {
        program.close();
    }
}
