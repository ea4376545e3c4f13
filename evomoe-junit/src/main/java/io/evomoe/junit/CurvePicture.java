package io.evomoe.junit;

import io.evomoe.internal.files.IoReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Draws a curve and the recorded one into one SVG, with one chart per series below each other. */
final class CurvePicture {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 360;
  private static final int MARGIN = 60;

  private final StringBuilder svg = new StringBuilder();

  private CurvePicture() {}

  static void write(Path file, String title, Curve recorded, Curve measured) {
    TreeSet<String> names = new TreeSet<>(recorded.series().keySet());
    names.addAll(measured.series().keySet());
    CurvePicture picture = new CurvePicture();
    int top = 0;
    for (String name : names) {
      picture.chart(top, title, name, recorded.points(name), measured.points(name));
      top += HEIGHT;
    }
    String text =
        String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\"",
                WIDTH,
                top)
            + " font-family=\"sans-serif\" font-size=\"12\">\n"
            + "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
            + picture.svg
            + "</svg>\n";
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException("could not draw " + file + ": " + IoReason.of(e, file), e);
    }
  }

  private void chart(
      int top,
      String title,
      String name,
      SortedMap<Long, Double> recorded,
      SortedMap<Long, Double> measured) {
    text(WIDTH / 2, top + 20, "middle", title);
    text(WIDTH / 2, top + 38, "middle", name + " by step; gray: recorded, red: this run");
    List<Double> steps =
        Stream.of(recorded, measured)
            .flatMap(points -> finite(points).stream())
            .map(Long::doubleValue)
            .toList();
    List<Double> values =
        Stream.of(recorded, measured)
            .flatMap(points -> finite(points).stream().map(step -> Curve.value(points, step)))
            .toList();
    if (steps.isEmpty()) {
      return;
    }
    Axis x = Axis.of(steps, MARGIN, WIDTH - MARGIN / 2.0);
    Axis y = Axis.of(values, top + HEIGHT - MARGIN / 2.0, top + MARGIN);
    for (double value : y.ticks()) {
      line("#ddd", List.of(x.fromPixel(), x.toPixel()), List.of(y.at(value), y.at(value)));
      text(MARGIN - 6, (int) y.at(value) + 4, "end", String.format(Locale.ROOT, "%.5g", value));
    }
    for (double step : x.ticks()) {
      text((int) x.at(step), top + HEIGHT - 10, "middle", Long.toString(Math.round(step)));
    }
    curve("gray", recorded, x, y);
    curve("red", measured, x, y);
  }

  private void curve(String color, SortedMap<Long, Double> points, Axis x, Axis y) {
    List<Long> steps = finite(points);
    List<Double> right = steps.stream().map(step -> x.at(step)).toList();
    List<Double> down = steps.stream().map(step -> y.at(Curve.value(points, step))).toList();
    line(color, right, down);
    if (steps.size() == 1) {
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n",
              right.get(0),
              down.get(0),
              color));
    }
  }

  /** Leaves out values that are not finite, because they have no place on an axis. */
  private static List<Long> finite(SortedMap<Long, Double> points) {
    return points.keySet().stream()
        .filter(step -> Double.isFinite(Curve.value(points, step)))
        .toList();
  }

  private void line(String color, List<Double> right, List<Double> down) {
    svg.append("<polyline fill=\"none\" stroke=\"").append(color).append("\" points=\"");
    for (int i = 0; i < right.size(); i++) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", right.get(i), down.get(i)));
    }
    svg.append("\"/>\n");
  }

  private void text(int right, int down, String anchor, String words) {
    String escaped = words.replace("&", "&amp;").replace("<", "&lt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>\n",
            right,
            down,
            anchor,
            escaped));
  }

  /**
   * Maps values to a line of the picture.
   *
   * @param least value at {@code fromPixel}
   * @param most value at {@code toPixel}; above {@code least}
   */
  private record Axis(double least, double most, double fromPixel, double toPixel) {
    private static final int TICKS = 5;

    static Axis of(List<Double> values, double fromPixel, double toPixel) {
      double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
      double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(1);
      return new Axis(least, most > least ? most : least + 1, fromPixel, toPixel);
    }

    double at(double value) {
      return fromPixel + (value - least) / (most - least) * (toPixel - fromPixel);
    }

    double[] ticks() {
      double[] ticks = new double[TICKS];
      for (int i = 0; i < TICKS; i++) {
        ticks[i] = least + i * (most - least) / (TICKS - 1);
      }
      return ticks;
    }
  }
}
