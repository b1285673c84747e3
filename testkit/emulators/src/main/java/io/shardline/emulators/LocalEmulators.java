package io.shardline.emulators;

import java.io.IOException;

/**
 * Starts both emulators, says what can be run against them, and ends them with the standard input or with Ctrl-C.
 *
 * <p>Confined to the thread that runs it.
 */
public final class LocalEmulators {

    private LocalEmulators() {}

    public static void main(String[] arguments) throws IOException {
        try (KinesisLocal kinesis = KinesisLocal.start();
                DynamoDbLocal dynamoDb = DynamoDbLocal.start()) {
            System.out.println("running until Ctrl-C; in another terminal:");
            System.out.println("examples/run flights --endpoint " + kinesis.endpoint() + " --dynamodb-endpoint "
                    + dynamoDb.endpoint());
            while (System.in.read() >= 0) {
                // Nobody has anything to say.
            }
        }
    }
}
