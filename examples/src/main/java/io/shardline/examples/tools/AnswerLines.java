package io.shardline.examples.tools;

import io.shardline.producer.PutFailedException;
import io.shardline.producer.PutReceipt;
import java.io.PrintStream;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Prints what became of each record, a line each, in the order of the records.
 *
 * <p>Thread-safe.
 */
final class AnswerLines {

    /** The most records that are put and not answered, which bounds how many answers wait for an earlier one. */
    static final int MOST_UNANSWERED = 10_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Semaphore room = new Semaphore(MOST_UNANSWERED);
    private final Queue<CompletableFuture<String>> lines = new ArrayDeque<>();
    private final PrintStream out;
    private long answered;
    private long failed;

    AnswerLines(PrintStream out) {
        this.out = out;
    }

    /** Adds a record; waits while too many are unanswered. */
    void add(CompletableFuture<PutReceipt> put) {
        room.acquireUninterruptibly();
        CompletableFuture<String> line = put.handle(this::line);
        lock.lock();
        try {
            lines.add(line);
        } finally {
            lock.unlock();
        }
        line.thenRun(this::print);
    }

    /** Waits until all lines are printed. */
    void awaitAll() {
        room.acquireUninterruptibly(MOST_UNANSWERED);
        room.release(MOST_UNANSWERED);
    }

    /** How many records were answered, in whatever way. */
    long answered() {
        lock.lock();
        try {
            return answered;
        } finally {
            lock.unlock();
        }
    }

    /** How many of them failed. */
    long failed() {
        lock.lock();
        try {
            return failed;
        } finally {
            lock.unlock();
        }
    }

    private String line(@Nullable PutReceipt receipt, @Nullable Throwable failure) {
        if (receipt != null) {
            return Columns.line(
                    receipt.shardId(), receipt.sequenceNumber(), receipt.subSequenceNumber(), receipt.attempts());
        }
        return failure instanceof PutFailedException known
                ? Columns.line(
                        "error",
                        known.reason(),
                        known.mayHaveBeenWritten() ? "may-be-written" : "not-written",
                        String.valueOf(known.getMessage()))
                : Columns.line("error", "UNKNOWN", "may-be-written", String.valueOf(failure));
    }

    private void print() {
        lock.lock();
        try {
            int printed = 0;
            while (!lines.isEmpty() && lines.element().isDone()) {
                String line = lines.remove().join();
                answered++;
                failed += line.startsWith("error\t") ? 1 : 0;
                out.print(line + "\n");
                printed++;
            }
            out.flush();
            room.release(printed);
        } finally {
            lock.unlock();
        }
    }
}
