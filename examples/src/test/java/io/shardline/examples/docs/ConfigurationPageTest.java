package io.shardline.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The configuration reference is what the code says; {@code -Dshardline.docs.write=true} writes it anew. Confined to one
 * thread.
 */
class ConfigurationPageTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().resolveSibling("");
    private static final Path PAGE = ROOT.resolve("docs/configuration.md");

    @Test
    void everySettingIsInTheReferenceAsTheCodeHasIt() throws IOException {
        String made = ConfigurationPage.in(ROOT);
        if (Boolean.getBoolean("shardline.docs.write")) {
            Files.writeString(PAGE, made);
        }

        assertThat(Files.exists(PAGE) ? Files.readString(PAGE) : "")
                .as("docs/configuration.md, which this test writes anew with -Dshardline.docs.write=true")
                .isEqualTo(made);
    }
}
