package io.shardline.consumer.internal.lease;

import io.shardline.consumer.internal.lease.ScaleRun.Phase;
import java.util.List;
import java.util.Locale;

/**
 * Scale runs as a table and as a picture.
 *
 * <p>Thread-safe: it holds nothing.
 */
final class ScaleReport {

    private static final List<String> COLOURS = List.of("#0b6e4f", "#c1440e", "#3f51b5");
    private static final int WIDTH = 460;
    private static final int HEIGHT = 200;
    private static final int LEFT = 50;
    private static final int TOP = 46;
    private static final int SECONDS = 300;

    private ScaleReport() {}

    static String table(List<Phase> phases, int workers) {
        StringBuilder text = new StringBuilder(
                "| | | all held after | settled after | differ by | moves | rounds"
                        + " | calls/s | WCU/s | RCU/s | most WCU/s | most RCU/s |\n|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        for (Phase phase : phases) {
            double seconds = phase.settledSeconds();
            boolean idle = phase.change().equals("idle");
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %s | %d | %,d | %s | %,.1f | %,.1f | %,.1f | %s | %s |%n",
                    phase.fleet(),
                    idle
                            ? String.format(
                                    Locale.ROOT,
                                    "idle (%.1f calls/min and worker)",
                                    phase.during().calls() * 60.0 / seconds / workers)
                            : phase.change(),
                    idle ? "" : phase.heldSeconds() + " s",
                    idle ? "" : phase.settledSeconds() + " s",
                    phase.spread(),
                    phase.moves(),
                    idle ? "" : phase.rounds(),
                    phase.during().calls() / seconds,
                    phase.during().writeUnits() / seconds,
                    phase.during().readUnits() / seconds,
                    idle ? "" : String.format(Locale.ROOT, "%,.0f", phase.most().writeUnits()),
                    idle ? "" : String.format(Locale.ROOT, "%,.0f", phase.most().readUnits())));
        }
        return text.toString();
    }

    /** The share of the leases that are worked on, over time, one panel for each change. */
    static String picture(List<Phase> phases, String title) {
        List<String> changes = List.of("start", "a third dies", "twice the leases");
        StringBuilder svg = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n"
                        + "<text x=\"%d\" y=\"20\" font-size=\"14\">%s: leases that are worked on</text>%n",
                changes.size() * (WIDTH + LEFT) + LEFT,
                HEIGHT + TOP + 60,
                LEFT,
                title));
        for (int i = 0; i < changes.size(); i++) {
            panel(svg, phases, changes.get(i), LEFT + i * (WIDTH + LEFT));
        }
        return svg.append("</svg>\n").toString();
    }

    private static void panel(StringBuilder svg, List<Phase> phases, String change, int left) {
        svg.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>%n"
                        + "<text x=\"%d\" y=\"%d\">%s</text>%n",
                left,
                TOP,
                WIDTH,
                HEIGHT,
                left + WIDTH / 2 - 40,
                TOP - 6,
                change));
        for (int percent = 0; percent <= 100; percent += 25) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d %%</text>%n",
                    left - 4,
                    y(percent / 100.0) + 4,
                    percent));
        }
        for (int second = 0; second <= SECONDS; second += 60) {
            svg.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%d s</text>%n",
                    x(left, second),
                    TOP + HEIGHT + 16,
                    second));
        }
        int line = 0;
        for (Phase phase : phases) {
            if (phase.change().equals(change)) {
                curve(svg, phase, left, line++);
            }
        }
    }

    private static void curve(StringBuilder svg, Phase phase, int left, int line) {
        StringBuilder points = new StringBuilder();
        for (int second = 0; second < SECONDS; second++) {
            double held =
                    second < phase.heldByLiving().size() ? phase.heldByLiving().get(second) : 1;
            points.append(x(left, second + 1)).append(',').append(y(held)).append(' ');
        }
        svg.append(String.format(
                Locale.ROOT,
                "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" points=\"%s\"/>%n"
                        + "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
                COLOURS.get(line),
                points.toString().trim(),
                left + line * 100,
                TOP + HEIGHT + 36,
                COLOURS.get(line),
                phase.fleet()));
    }

    private static int x(int left, int second) {
        return left + WIDTH * second / SECONDS;
    }

    private static int y(double share) {
        return TOP + (int) (HEIGHT * (1 - Math.min(1, share)));
    }
}
