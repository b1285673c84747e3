package io.shardline.testkit.contract;

/** The contract on our emulator. Confined to one thread. */
class EmulatorContractTest implements WholeContract {

    private final Kinesis kinesis = new EmulatorKinesis();

    @Override
    public Kinesis kinesis() {
        return kinesis;
    }
}
