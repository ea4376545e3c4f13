package io.evomoe.junit;

import io.evomoe.files.IoReason;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeSet;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a curve and the recorded one, one chart a series, into one PNG. */
final class CurvePicture {
  private static final int WIDTH = 800;
  private static final int HEIGHT = 360;

  private CurvePicture() {}

  static void write(Path file, String title, Curve recorded, Curve measured) {
    TreeSet<String> names = new TreeSet<>(recorded.series().keySet());
    names.addAll(measured.series().keySet());
    List<XYChart> charts = new ArrayList<>();
    names.forEach(name -> charts.add(chart(title, name, recorded, measured)));
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      BitmapEncoder.saveBitmap(
          charts, charts.size(), 1, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("could not draw " + file + ": " + IoReason.of(e, file), e);
    }
  }

  private static XYChart chart(String title, String name, Curve recorded, Curve measured) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(Curve.STEP)
            .yAxisTitle(name)
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
    add(chart, "recorded", recorded.points(name), Color.GRAY);
    add(chart, "this run", measured.points(name), Color.RED);
    return chart;
  }

  /** What is not finite is left out, for it has no place on an axis. */
  private static void add(
      XYChart chart, String label, SortedMap<Long, Double> points, Color color) {
    List<Long> steps =
        points.keySet().stream()
            .filter(step -> Double.isFinite(Curve.value(points, step)))
            .toList();
    if (!steps.isEmpty()) {
      XYSeries line =
          chart.addSeries(
              label, steps, steps.stream().map(step -> Curve.value(points, step)).toList());
      line.setLineColor(color);
      line.setMarkerColor(color);
      line.setMarker(steps.size() == 1 ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    }
  }
}
