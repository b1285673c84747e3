package io.shardline.consumer.internal.retrieve;

/** Fan-out keeps the contract of sources. */
class FanOutSourceContractTest extends RecordSourceContract {

    @Override
    RecordSource open(ReadShard of, Cursor from) {
        return of.subscribe(from);
    }
}
