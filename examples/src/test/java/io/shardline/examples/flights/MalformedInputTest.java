package io.shardline.examples.flights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A file that is not what it should be is refused before anything starts, with the line and the reason. Confined to one thread. */
class MalformedInputTest {

    private static final String GOOD = "2001-01-01T00:47,DTW,LAS,66,1750";

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "2001-01-01T00:47,DTW,LAS,66            | a departure has 5 fields, got 4",
                "2001-01-01T00:47,DTW,LAS,66,1750,x     | a departure has 5 fields, got 6",
                "yesterday,DTW,LAS,66,1750              | scheduled is a time like 2001-01-31T23:59, got 'yesterday'",
                "2001-01-01T00:47,,LAS,66,1750          | origin has 1 to 256 characters, got ''",
                "2001-01-01T00:47,DTW, ,66,1750         | destination has 1 to 256 characters, got ' '",
                "2001-01-01T00:47,DTW,LAS,late,1750     | delay_minutes is a whole number, got 'late'",
                "2001-01-01T00:47,DTW,LAS,66,           | distance_miles is a whole number, got ''",
                "''                                     | a departure has 5 fields, got 1",
            })
    void aBadLineIsNamedWithItsNumberAndTheRuleItBreaks(String bad, String rule) throws IOException {
        Path file = write(Departure.HEADER + "\n" + GOOD + "\n" + bad + "\n" + GOOD + "\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(file))
                .withMessage(file + ", line 3: " + rule + ", in '" + bad + "'");
    }

    @Test
    void anotherHeaderIsRefused() throws IOException {
        Path file = write("origin,delay\nDTW,66\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(file))
                .withMessage(file + ", line 1: the header is '" + Departure.HEADER + "', in 'origin,delay'");
    }

    @Test
    void anEmptyFileAndOneWithoutDeparturesAreRefused() throws IOException {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(write("")))
                .withMessageContaining("line 1: the header is");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(write(Departure.HEADER + "\n")))
                .withMessageEndingWith("a header and no departures");
    }

    @Test
    void whatIsNotThereAndWhatIsNoFileAreRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(folder.resolve("none.csv")))
                .withMessageEndingWith("none.csv: there is no such file");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(folder))
                .withMessageEndingWith("not a regular file, and it is read more than once");
    }

    @Test
    void bytesThatAreNotUtf8AreRefusedInTheirLine() throws IOException {
        Path file = folder.resolve("latin.csv");
        Files.write(
                file,
                (Departure.HEADER + "\n" + GOOD + "\n2001-01-01T00:47,\u00c9DI\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(file))
                .withMessage(file + ", line 3: not UTF-8, in '2001-01-01T00:47,'");
    }

    @Test
    void aLineThatNeverEndsIsRefusedWithoutReadingItAll() throws IOException {
        Path file = write(Departure.HEADER + "\n" + "x".repeat(DepartureReader.MOST_LINE_LENGTH + 1));
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> DepartureFile.check(file))
                .withMessage(file + ", line 2: longer than 500 characters, in '" + "x".repeat(80) + "...'");
    }

    @Test
    void windowsLineEndsAndAMissingLastOneAreFine() throws IOException {
        Path file = write(Departure.HEADER + "\r\n" + GOOD + "\r\n" + GOOD);
        assertThat(DepartureFile.check(file).departures()).isEqualTo(2);
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("input.csv"), text);
    }
}
