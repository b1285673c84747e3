package io.shardline.consumer.internal.retrieve;

/** Polling keeps the contract of sources. */
class PollingSourceContractTest extends RecordSourceContract {

    @Override
    RecordSource open(ReadShard of, Cursor from) {
        return of.poll(from);
    }
}
