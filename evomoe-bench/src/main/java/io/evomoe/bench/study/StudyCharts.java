package io.evomoe.bench.study;

import io.evomoe.bench.report.ReportData;
import io.evomoe.internal.files.IoReason;
import io.evomoe.internal.files.OutputFolder;
import io.evomoe.training.RecordedRun;
import io.evomoe.training.RunName;
import io.evomoe.training.StepRecord;
import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A study's validation losses against steps, tokens, training FLOPs and wall time: for each gate,
 * and each variant that is shown, the mean over seeds and a band from the lowest to the highest.
 */
public final class StudyCharts {
  /** The picture's name in the folder of the results. */
  public static final String NAME = "loss.png";

  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;
  private static final int BAND_ALPHA = 40;
  private static final double SHOWN = 0.75;

  private static final int[] COLORS = {
    0x3b74f0, 0xe8690c, 0x1f9d55, 0xa44ad1, 0xd6336c, 0x0c93a8,
    0xb58900, 0x7a6a58, 0x5f6fd0, 0xc4502e, 0x6b8e23, 0x8795a5
  };

  private final Study study;
  private final List<Group> gates;

  /** Charts of what is recorded. */
  public StudyCharts(Study study) {
    this.study = study;
    this.gates = Group.shown(study);
  }

  /** Whether no run of a gate or a shown variant is recorded. */
  public boolean isEmpty() {
    return gates.isEmpty();
  }

  /**
   * The recorded runs of gates and variants, for a report.
   *
   * @param note what the data was
   * @param description the report's header lines
   */
  public ReportData report(String note, Map<String, String> description) {
    String title = "EvoMoE study: " + study.config().task();
    ReportData report = new ReportData(title, note, description, List.of(), List.of());
    for (StudyRun run : study.runs()) {
      Optional<StudyRecord> found = study.record(run);
      if (run.part() != StudyRun.Part.RATE && found.isPresent()) {
        RunName name = new RunName(study.config().task(), run.label(), run.seed());
        report =
            report.plus(
                found.get().result().labelled(run.label()),
                new RecordedRun(name, found.get().rows(), List.of()));
      }
    }
    return report;
  }

  /** Draws the charts into one PNG. */
  public void write(Path file) {
    OutputFolder.prepareParent(file);
    List<XYChart> charts =
        List.of(
            chart("steps", StepRecord::step),
            chart("tokens", StepRecord::tokens),
            chart("training FLOPs", StepRecord::trainFlops),
            chart("wall time, s", StepRecord::wallSeconds));
    try {
      BitmapEncoder.saveBitmap(charts, 2, 2, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    } catch (IOException e) {
      throw new UncheckedIOException("could not draw " + file + ": " + IoReason.of(e, file), e);
    }
  }

  private XYChart chart(String title, ToDoubleFunction<StepRecord> axis) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Validation loss by " + title)
            .xAxisTitle(title)
            .yAxisTitle("nats a token")
            .build();
    chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
    chart.getStyler().setYAxisMax(ceiling());
    for (int i = 0; i < gates.size(); i++) {
      Band band = Band.of(gates.get(i), axis);
      if (!band.isEmpty()) {
        draw(chart, gates.get(i).label(), band, new Color(COLORS[i % COLORS.length]));
      }
    }
    return chart;
  }

  /** Without the first steep fall, which would squeeze all differences into one line. */
  private double ceiling() {
    List<Double> losses =
        gates.stream()
            .flatMap(gate -> Band.of(gate, StepRecord::step).highest().stream())
            .sorted()
            .toList();
    return losses.isEmpty() ? 1 : losses.get((int) (SHOWN * (losses.size() - 1)));
  }

  private static void draw(XYChart chart, String label, Band band, Color color) {
    XYSeries line = chart.addSeries(label, band.x(), band.mean());
    line.setLineColor(color);
    line.setMarker(SeriesMarkers.NONE);
    if (band.seeds() > 1) {
      XYSeries area = chart.addSeries(label + " band", band.outlineX(), band.outlineY());
      area.setXYSeriesRenderStyle(XYSeries.XYSeriesRenderStyle.PolygonArea);
      area.setFillColor(new Color(color.getRed(), color.getGreen(), color.getBlue(), BAND_ALPHA));
      area.setLineColor(new Color(0, 0, 0, 0));
      area.setMarker(SeriesMarkers.NONE);
      area.setShowInLegend(false);
    }
  }
}
