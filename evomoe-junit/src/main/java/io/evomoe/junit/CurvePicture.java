package io.evomoe.junit;

import io.evomoe.internal.files.AtomicFile;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Draws a curve and the recorded one into one SVG, with one chart per series below each other. */
final class CurvePicture {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 360;
  private static final int MARGIN = 60;

  private final StringBuilder svg = new StringBuilder();

  private CurvePicture() {}

  static void write(Path file, String title, Curve recorded, Curve measured) {
    CurvePicture picture = new CurvePicture();
    int top = 0;
    for (String name : Curve.names(recorded, measured)) {
      picture.chart(top, title, name, recorded.points(name), measured.points(name));
      top += HEIGHT;
    }
    AtomicFile.write(
        file,
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" font-family="sans-serif" \
        font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        %s</svg>
        """
            .formatted(Integer.toString(WIDTH), Integer.toString(top), picture.svg));
  }

  private void chart(
      int top,
      String title,
      String name,
      SortedMap<Long, Double> recorded,
      SortedMap<Long, Double> measured) {
    text(WIDTH / 2, top + 20, "middle", title);
    text(WIDTH / 2, top + 38, "middle", name + " by step; gray: recorded, red: this run");
    List<Map.Entry<Long, Double>> points =
        Stream.of(recorded, measured).flatMap(CurvePicture::finite).toList();
    if (points.isEmpty()) {
      return;
    }
    LongSummaryStatistics steps = points.stream().mapToLong(Map.Entry::getKey).summaryStatistics();
    DoubleSummaryStatistics values =
        points.stream().mapToDouble(Map.Entry::getValue).summaryStatistics();
    text(MARGIN - 6, top + MARGIN, "end", digits(values.getMax()));
    text(MARGIN - 6, top + HEIGHT - MARGIN / 2, "end", digits(values.getMin()));
    text(MARGIN, top + HEIGHT - 10, "middle", Long.toString(steps.getMin()));
    text(WIDTH - MARGIN / 2, top + HEIGHT - 10, "middle", Long.toString(steps.getMax()));
    svg.append(
        "<svg x=\"%s\" y=\"%s\" width=\"%s\" height=\"%s\" viewBox=\"%s %s %s %s\" preserveAspectRatio=\"none\" overflow=\"visible\">\n"
            .formatted(
                MARGIN,
                top + MARGIN,
                WIDTH - 3 * MARGIN / 2,
                HEIGHT - 3 * MARGIN / 2,
                steps.getMin(),
                -values.getMax(),
                extent((double) steps.getMax() - steps.getMin()),
                extent(values.getMax() - values.getMin())));
    curve("gray", recorded);
    curve("red", measured);
    svg.append("</svg>\n");
  }

  /** The view must not be empty. */
  private static double extent(double length) {
    return length > 0 ? length : 1;
  }

  /** The view's axis points down. The first point is there twice, so that a single one is seen. */
  private void curve(String color, SortedMap<Long, Double> points) {
    String path =
        Stream.concat(finite(points).limit(1), finite(points))
            .map(point -> point.getKey() + "," + -point.getValue())
            .collect(Collectors.joining(" "));
    svg.append(
        "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linecap=\"round\" vector-effect=\"non-scaling-stroke\" points=\"%s\"/>\n"
            .formatted(color, points.size() == 1 ? 8 : 2, path));
  }

  /** Leaves out values that are not finite, because they have no place on an axis. */
  private static Stream<Map.Entry<Long, Double>> finite(SortedMap<Long, Double> points) {
    return points.entrySet().stream().filter(point -> Double.isFinite(point.getValue()));
  }

  private static String digits(double value) {
    return String.format(Locale.ROOT, "%.5g", value);
  }

  private void text(int right, int down, String anchor, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
    svg.append(
        "<text x=\"%s\" y=\"%s\" text-anchor=\"%s\">%s</text>\n"
            .formatted(right, down, anchor, escaped));
  }
}
