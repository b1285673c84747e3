package io.shardline.consumer.internal.retrieve;

/** A stream that is read automatically and polled keeps the contract of sources. */
class HeldSourceContractTest extends RecordSourceContract {

    @Override
    RecordSource open(ReadShard of, Cursor from) {
        return of.hold(from);
    }
}
