package io.shardline.emulators;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * The program of {@link DynamoDbLocal}'s process: prints its port when it is ready, and ends with its standard input.
 *
 * <p>It is put together here and not by its own starter, which listens on all interfaces. Its telemetry is never set up, and
 * the classes it would need are not on the class path. Confined to the thread that runs it.
 */
final class DynamoDbLocalServer {

    private DynamoDbLocalServer() {}

    public static void main(String[] arguments) throws Exception {
        Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        server.setHandler(
                new LocalDynamoDBServerHandler(new LocalDynamoDBRequestHandler(0, true, null, true, false), "*"));
        server.start();
        System.out.println(((ServerConnector) server.getConnectors()[0]).getLocalPort());
        while (System.in.read() >= 0) {
            // Nobody has anything to say; the end of the input is the end of whoever started this.
        }
        server.stop();
        System.exit(0);
    }
}
