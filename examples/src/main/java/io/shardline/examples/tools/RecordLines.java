package io.shardline.examples.tools;

import io.shardline.consumer.ConsumerRecord;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Writes a line for each handled record, each at once and with one write, so that whatever ends the process leaves whole lines.
 *
 * <p>The file stays open as long as the process lives, as handlers do. Thread-safe.
 */
final class RecordLines {

    private final ReentrantLock lock = new ReentrantLock();
    private final OutputStream out;

    private RecordLines(OutputStream out) {
        this.out = out;
    }

    /** Appends to the file, or writes to {@code standard} if there is none. */
    static RecordLines to(@Nullable Path file, OutputStream standard) throws IOException {
        return new RecordLines(file == null ? standard : new FileOutputStream(file.toFile(), true));
    }

    /** Writes a record's line; when this returns, the operating system has it. */
    void write(Instant now, String worker, ConsumerRecord record) throws IOException {
        String line = Columns.line(
                now,
                worker,
                record.shardId(),
                record.sequenceNumber(),
                record.subSequenceNumber(),
                record.partitionKey(),
                new String(record.data(), StandardCharsets.UTF_8));
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        lock.lock();
        try {
            out.write(bytes);
            out.flush();
        } finally {
            lock.unlock();
        }
    }
}
