package io.shardline.examples.snippets;

import io.shardline.producer.KplProperties;
import io.shardline.producer.ShardlineProducer;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A producer with the settings of a KPL properties file.
 *
 * <p>Stateless.
 */
final class ComingFromKpl {

    private static final Logger log = LoggerFactory.getLogger(ComingFromKpl.class);

    private ComingFromKpl() {}

    static ShardlineProducer start(Path file) throws IOException {
        // tag::ComingFromKpl
        KplProperties kpl = KplProperties.read(file);
        kpl.warnings().forEach(log::warn);
        ShardlineProducer.Builder builder = ShardlineProducer.builder().config(kpl.config());
        kpl.region().ifPresent(builder::region);
        kpl.endpoint().ifPresent(builder::endpoint);
        ShardlineProducer producer = builder.build();
        // end::ComingFromKpl
        return producer;
    }
}
