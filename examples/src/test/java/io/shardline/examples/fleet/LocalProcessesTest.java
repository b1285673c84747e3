package io.shardline.examples.fleet;

import io.shardline.examples.LocalServices;
import java.net.URI;

/** At kinesis-local and DynamoDB Local, where Node and npm are. Confined to one thread. */
class LocalProcessesTest extends EndpointScenarios {

    @Override
    URI kinesis() {
        return LocalServices.kinesis();
    }

    @Override
    URI dynamoDb() {
        return LocalServices.dynamoDb();
    }
}
