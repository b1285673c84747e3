package io.shardline.producer;

/**
 * Hears what became of records, without a future for each.
 *
 * <p>One callback may serve all records: it is given the record each time. It is called once for each put, on the producer's
 * threads for user code, or on the thread that puts if the record is refused at once; it must not block. What it throws is
 * logged. Thread-safe, by its maker.
 */
public interface PutCallback {

    /** The record is in the stream. */
    void acknowledged(UserRecord record, PutReceipt receipt);

    /** The record was given up; the failure has it. */
    void failed(PutFailedException failure);
}
