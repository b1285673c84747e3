package io.shardline.producer.internal;

import io.shardline.testkit.Fault;
import io.shardline.testkit.Faults;
import java.util.ArrayDeque;
import java.util.List;
import software.amazon.awssdk.services.kinesis.model.KinesisRequest;

/** Faults for the coming calls of one operation, one after the other. Confined to the simulation's thread. */
final class FaultScript implements Faults {

    private final String operation;
    private final ArrayDeque<Fault> coming = new ArrayDeque<>();

    FaultScript(String operation) {
        this.operation = operation;
    }

    FaultScript then(Fault... faults) {
        coming.addAll(List.of(faults));
        return this;
    }

    @Override
    public Fault next(String called, KinesisRequest request) {
        Fault next = called.equals(operation) ? coming.poll() : null;
        return next == null ? new Fault.None() : next;
    }
}
