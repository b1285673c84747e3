package io.shardline.consumer.internal.retrieve;

/** A stream that is switched every other second keeps the contract of sources. */
class SwitchedSourceContractTest extends RecordSourceContract {

    @Override
    RecordSource open(ReadShard of, Cursor from) {
        return of.takeTurns(from);
    }
}
